/* SPDX-License-Identifier: MIT */
/*
 * hftmon_marker.h: a process tells hftmon where its own work begins and ends.
 *
 *     static hftmon_marker_name tick = HFTMON_MARKER_NAME("tick_to_trade");
 *     hftmon_marker_begin(&tick, order);          // C11
 *     ...
 *     hftmon_marker_end(&tick, order);
 *
 *     hftmon::span span(tick, order);             // C++11: ends with the scope
 *
 * A mark is three stores into a ring in shared memory that belongs to the calling thread, and one
 * that publishes it: no lock, no system call, no wait, whether a monitor reads or not. The writer
 * overwrites its oldest marks; the monitor counts those that it missed. The first mark of a thread
 * maps its ring (some 100 us); call hftmon_marker_prepare() where that must not happen later.
 *
 * Rules:
 *  - Link with pthreads. Every executable and shared library that includes this has a ring area of
 *    its own; the monitor reads them all.
 *  - The memfd stays open, close-on-exec, for as long as the process lives: a process that closes
 *    all its descriptors can't be found any more.
 *  - A forked child gets an area of its own with its first mark, never its parent's.
 *  - Not from signal handlers: one that marks while its thread is in a mark spoils that mark.
 *  - Ids are the application's: an order number, a sequence number; 0 for none.
 *
 * The layout below is version 1; docs/adr/0007-markers.md tells why it is as it is.
 */
#ifndef HFTMON_MARKER_H
#define HFTMON_MARKER_H

#include <stdint.h>

#ifndef HFTMON_MARKER_LAYOUT_ONLY /* for readers, which need no more than the layout */
#ifndef _GNU_SOURCE
#error "hftmon_marker.h needs _GNU_SOURCE defined before the first include, for memfd_create"
#endif

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define HFTMON_MARKER_MAGIC UINT64_C(0x314b52414d544648) /* "HFTMARK1" */
#define HFTMON_MARKER_VERSION 1u
#define HFTMON_MARKER_FILE "hftmon-marker"
#define HFTMON_MARKER_NAMES 1024u    /* the first stands for all names beyond the others */
#define HFTMON_MARKER_NAME_BYTES 64u /* with the NUL */
#define HFTMON_MARKER_THREADS 256u   /* default */
#define HFTMON_MARKER_MARKS 65536u   /* default, per thread: 2 MiB */
#define HFTMON_MARKER_MOST_THREADS 4096u
#define HFTMON_MARKER_MOST_MARKS 1048576u
/* All rings together: reading them must not fill the memory of the monitor. */
#define HFTMON_MARKER_MOST_BYTES UINT64_C(0x100000000)

/* Where `counter` of a mark comes from. */
enum {
	HFTMON_MARKER_CLOCK_TSC = 1,	   /* x86 rdtsc: invariant, and the kernel's clock source */
	HFTMON_MARKER_CLOCK_CNTVCT = 2,	   /* arm64 cntvct_el0, likewise */
	HFTMON_MARKER_CLOCK_MONOTONIC = 3, /* clock_gettime(CLOCK_MONOTONIC), ns */
};

enum {
	HFTMON_MARKER_BEGIN = 1,
	HFTMON_MARKER_END = 2,
	HFTMON_MARKER_INSTANT = 3,
};

/*
 * One mark, 32 bytes: two to a cache line, none in two lines.
 *
 *   0           8        16            24     28       31
 *  +-----------+--------+-------------+------+--------+------+
 *  | counter   | id u64 | value f64   | tid  | name   | type |
 *  +-----------+--------+-------------+------+--------+------+
 *                                            u24      u8
 */
struct hftmon_marker_mark {
	uint64_t counter;
	uint64_t id;
	uint64_t value; /* the bits of a double */
	uint64_t what;	/* tid | name << 32 | type << 56 */
};

/* First bytes of the area. What is above `name_count` never changes once `magic` is there. */
struct hftmon_marker_header {
	uint64_t magic; /* written last, with release order */
	uint32_t version;
	uint32_t header_bytes; /* of this struct */
	uint64_t area_bytes;
	uint32_t pid; /* in the namespace of the process */
	uint32_t clock;
	uint32_t name_capacity;
	uint32_t name_bytes;
	uint32_t thread_capacity;
	uint32_t slot_bytes;
	uint32_t ring_marks; /* a power of two */
	uint32_t mark_bytes;
	uint64_t names_offset;
	uint64_t slots_offset;
	uint64_t rings_offset;
	uint64_t start_counter; /* one moment, by the counter ... */
	uint64_t start_ns;	/* ... and by CLOCK_MONOTONIC */
	uint64_t unused_0[4];
	/* 128: grow while the process runs */
	uint32_t name_count;
	uint32_t refused_names; /* that found no room in the table */
	uint32_t refused_threads;
	uint32_t used_slots; /* slots from there on were never taken */
	uint64_t refused_marks; /* of those threads */
	uint64_t unused_2[13];
};

/* A thread's place; 128 bytes, so that two threads never share a pair of cache lines. */
struct hftmon_marker_slot {
	uint64_t head; /* marks written so far: the next goes to ring[head % ring_marks] */
	uint32_t tid;  /* 0 while nobody has the slot */
	uint32_t unused_0;
	uint64_t unused_1[14];
};

/* Where the rings stand: each begins on a page, whatever the size of the kernel's pages. */
#define HFTMON_MARKER_PAGE 65536u

#ifndef HFTMON_MARKER_LAYOUT_ONLY

/* A name, known to the area after its first use. Static storage: its address must not change. */
typedef struct hftmon_marker_name {
	const char *text;
	uint32_t id; /* plus one; 0: not asked for yet */
} hftmon_marker_name;

#define HFTMON_MARKER_NAME(text) { (text), 0 }

/* What may be chosen before the first mark; 0 takes the default. */
struct hftmon_marker_options {
	uint32_t threads; /* up to 4096 that mark at the same time */
	uint32_t marks;	  /* per thread, a power of two from 64 to 1048576 */
};

#define HFTMON_MARKER_FAILED (-1)

/* ---- implementation: names that end in _ are not for use ---- */

/*
 * One copy per executable or shared library, however many of its sources include this. In a forked
 * child the kernel replaces `local` by zeros (MADV_WIPEONFORK), whoever forked and however: what a
 * child finds in its thread's writer is no ring, so that it asks, and gets an area of its own.
 */
#define HFTMON_MARKER_SHARED_ __attribute__((weak, visibility("hidden")))

/* What a thread writes to. In memory that is zeroed in a forked child. */
struct hftmon_marker_writer_ {
	struct hftmon_marker_mark *ring; /* NULL: ask hftmon_marker_writer_get_() */
	struct hftmon_marker_slot *slot; /* NULL: no slot was free, marks are only counted */
	uint64_t head;
	uint64_t mask;
	uint64_t tid;
	uint64_t clock;
	uint64_t unused[2];
};

/* State of the process, in the same memory. */
struct hftmon_marker_local_ {
	int lock;
	uint32_t pid; /* 0: not set up in this process */
	uint32_t clock;
	uint32_t threads;
	uint32_t marks;
	int failure; /* errno */
	unsigned char *area; /* without the rings */
	int fd;
	struct hftmon_marker_writer_ writers[HFTMON_MARKER_MOST_THREADS + 1];
};

/* What outlives a fork: what the parent had, for the child to let go of. */
struct hftmon_marker_state_ {
	struct hftmon_marker_local_ *local;
	pthread_key_t key;
	int has_key;
	struct hftmon_marker_options options;
	unsigned char *area;
	size_t area_bytes; /* of the mapping */
	int fd;
	uint64_t device;
	uint64_t inode;
};

HFTMON_MARKER_SHARED_ struct hftmon_marker_state_ hftmon_marker_state_;
HFTMON_MARKER_SHARED_ __thread struct hftmon_marker_writer_ *hftmon_marker_writer_;

static inline uint64_t hftmon_marker_monotonic_ns_(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t hftmon_marker_counter_(uint32_t clock)
{
#if defined(__x86_64__)
	if (__builtin_expect(clock == HFTMON_MARKER_CLOCK_TSC, 1))
		return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	if (__builtin_expect(clock == HFTMON_MARKER_CLOCK_CNTVCT, 1)) {
		uint64_t counter;

		__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(counter) : : "memory");
		return counter;
	}
#endif
	(void)clock;
	return hftmon_marker_monotonic_ns_();
}

/* The processor's counter, if it never stops, and the kernel itself tells the time by it. */
static inline uint32_t hftmon_marker_choose_clock_(void)
{
	char source[32] = "";
	int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
		      O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, source, sizeof(source) - 1);

	if (fd >= 0)
		close(fd);
	if (got <= 0)
		return HFTMON_MARKER_CLOCK_MONOTONIC;
#if defined(__x86_64__)
	unsigned int a, b, c, d;

	if (!strcmp(source, "tsc\n") && __get_cpuid(0x80000007u, &a, &b, &c, &d) && d & 1u << 8)
		return HFTMON_MARKER_CLOCK_TSC;
#elif defined(__aarch64__)
	if (!strcmp(source, "arch_sys_counter\n"))
		return HFTMON_MARKER_CLOCK_CNTVCT;
#endif
	return HFTMON_MARKER_CLOCK_MONOTONIC;
}

static inline void hftmon_marker_lock_(struct hftmon_marker_local_ *local)
{
	while (__atomic_exchange_n(&local->lock, 1, __ATOMIC_ACQUIRE))
		syscall(SYS_sched_yield);
}

static inline void hftmon_marker_unlock_(struct hftmon_marker_local_ *local)
{
	__atomic_store_n(&local->lock, 0, __ATOMIC_RELEASE);
}

/* Memory that a forked child finds zeroed; NULL when there is none. */
static inline struct hftmon_marker_local_ *hftmon_marker_local_get_(void)
{
	struct hftmon_marker_local_ *local =
		__atomic_load_n(&hftmon_marker_state_.local, __ATOMIC_ACQUIRE);
	struct hftmon_marker_local_ *none = NULL;
	void *memory;

	if (local)
		return local;
	memory = mmap(NULL, sizeof(*local), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		return NULL;
	if (madvise(memory, sizeof(*local), MADV_WIPEONFORK)) {
		munmap(memory, sizeof(*local));
		return NULL;
	}
	local = (struct hftmon_marker_local_ *)memory;
	if (__atomic_compare_exchange_n(&hftmon_marker_state_.local, &none, local, 0,
					__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return local;
	munmap(memory, sizeof(*local)); /* another thread was faster */
	return none;
}

static inline struct hftmon_marker_header *hftmon_marker_header_(struct hftmon_marker_local_ *local)
{
	return (struct hftmon_marker_header *)(void *)local->area;
}

static inline char *hftmon_marker_names_(unsigned char *area)
{
	return (char *)area + sizeof(struct hftmon_marker_header);
}

static inline struct hftmon_marker_slot *hftmon_marker_slot_(struct hftmon_marker_local_ *local,
							     uint32_t i)
{
	unsigned char *slots = local->area + hftmon_marker_header_(local)->slots_offset;

	return (struct hftmon_marker_slot *)(void *)slots + i;
}

/* The thread ends: its slot may serve another one. What it wrote stays to be read. */
static inline void hftmon_marker_thread_ends_(void *argument)
{
	struct hftmon_marker_writer_ *writer = (struct hftmon_marker_writer_ *)argument;
	struct hftmon_marker_slot *slot = writer->slot;

	hftmon_marker_writer_ = NULL;
	if (!slot || !writer->ring) /* a child's thread that has its parent's writer */
		return;
	munmap(writer->ring, (writer->mask + 1) * sizeof(*writer->ring));
	writer->ring = NULL;
	__atomic_store_n(&slot->tid, 0, __ATOMIC_RELEASE);
}

static inline uint64_t hftmon_marker_page_(uint64_t bytes)
{
	return (bytes + HFTMON_MARKER_PAGE - 1) & ~(uint64_t)(HFTMON_MARKER_PAGE - 1);
}

/* Lets go of what a forked child has inherited, its names apart. */
static inline void hftmon_marker_drop_inherited_(const unsigned char *area, size_t bytes)
{
	struct hftmon_marker_state_ *state = &hftmon_marker_state_;
	struct stat now;

	if (!area)
		return;
	munmap((void *)(uintptr_t)area, bytes);
	/* The number may be somebody else's by now. */
	if (!fstat(state->fd, &now) && (uint64_t)now.st_dev == state->device &&
	    (uint64_t)now.st_ino == state->inode)
		close(state->fd);
}

static inline void hftmon_marker_fill_header_(struct hftmon_marker_local_ *local, uint64_t bytes,
					      uint64_t head_bytes)
{
	struct hftmon_marker_header *header = hftmon_marker_header_(local);

	header->version = HFTMON_MARKER_VERSION;
	header->header_bytes = sizeof(*header);
	header->area_bytes = bytes;
	header->pid = local->pid;
	header->clock = local->clock;
	header->name_capacity = HFTMON_MARKER_NAMES;
	header->name_bytes = HFTMON_MARKER_NAME_BYTES;
	header->thread_capacity = local->threads;
	header->slot_bytes = sizeof(struct hftmon_marker_slot);
	header->ring_marks = local->marks;
	header->mark_bytes = sizeof(struct hftmon_marker_mark);
	header->names_offset = sizeof(*header);
	header->slots_offset =
		header->names_offset + HFTMON_MARKER_NAMES * HFTMON_MARKER_NAME_BYTES;
	header->rings_offset = head_bytes;
	header->start_counter = hftmon_marker_counter_(local->clock);
	header->start_ns = hftmon_marker_monotonic_ns_();
	header->name_count = 1;
	memcpy(hftmon_marker_names_(local->area), "(other names)", sizeof("(other names)"));
}

/* Makes the area of this process; holds the lock. 0 or an errno. */
static inline int hftmon_marker_make_area_(struct hftmon_marker_local_ *local)
{
	struct hftmon_marker_state_ *state = &hftmon_marker_state_;
	unsigned char *inherited = state->area;
	size_t inherited_bytes = state->area_bytes;
	uint64_t head_bytes, bytes;
	struct stat made;
	void *memory;
	int err, fd;

	local->threads = state->options.threads ? state->options.threads : HFTMON_MARKER_THREADS;
	local->marks = state->options.marks ? state->options.marks : HFTMON_MARKER_MARKS;
	local->clock = hftmon_marker_choose_clock_();
	head_bytes = hftmon_marker_page_(sizeof(struct hftmon_marker_header) +
					 HFTMON_MARKER_NAMES * HFTMON_MARKER_NAME_BYTES +
					 local->threads * sizeof(struct hftmon_marker_slot));
	bytes = head_bytes + (uint64_t)local->threads *
				     hftmon_marker_page_(local->marks *
							 sizeof(struct hftmon_marker_mark));
	fd = memfd_create(HFTMON_MARKER_FILE, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return errno;
	/* Sealed, so that a monitor that maps it can't be made to fault by cutting it short. */
	if (ftruncate(fd, (off_t)bytes) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) || fstat(fd, &made))
		goto failed;
	memory = mmap(NULL, head_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (memory == MAP_FAILED)
		goto failed;
	local->area = (unsigned char *)memory;
	local->fd = fd;
	hftmon_marker_fill_header_(local, bytes, head_bytes);
	if (inherited) {
		struct hftmon_marker_header *from = (struct hftmon_marker_header *)(void *)inherited;

		/* Ids that the parent gave stand for the same names here. */
		memcpy(hftmon_marker_names_(local->area), hftmon_marker_names_(inherited),
		       HFTMON_MARKER_NAMES * HFTMON_MARKER_NAME_BYTES);
		hftmon_marker_header_(local)->name_count = from->name_count;
	}
	hftmon_marker_drop_inherited_(inherited, inherited_bytes);
	state->area = local->area;
	state->area_bytes = head_bytes;
	state->fd = fd;
	state->device = (uint64_t)made.st_dev;
	state->inode = (uint64_t)made.st_ino;
	__atomic_store_n(&hftmon_marker_header_(local)->magic, HFTMON_MARKER_MAGIC, __ATOMIC_RELEASE);
	return 0;
failed:
	err = errno;
	close(fd);
	return err;
}

/* The area is there after this, or `failure` is set; holds the lock. */
static inline void hftmon_marker_set_up_(struct hftmon_marker_local_ *local)
{
	struct hftmon_marker_state_ *state = &hftmon_marker_state_;

	if (local->pid)
		return;
	local->pid = (uint32_t)getpid();
	if (!state->has_key)
		state->has_key = !pthread_key_create(&state->key, hftmon_marker_thread_ends_);
	local->failure = state->has_key ? hftmon_marker_make_area_(local) : EAGAIN;
}

/* A free slot, now the calling thread's; -1 when there is none. */
static inline int hftmon_marker_claim_slot_(struct hftmon_marker_local_ *local, uint32_t tid)
{
	for (uint32_t i = 0; i < local->threads; i++) {
		struct hftmon_marker_slot *slot = hftmon_marker_slot_(local, i);

		if (__atomic_load_n(&slot->tid, __ATOMIC_ACQUIRE))
			continue;
		__atomic_store_n(&slot->tid, tid, __ATOMIC_RELAXED);
		if (i >= hftmon_marker_header_(local)->used_slots)
			__atomic_store_n(&hftmon_marker_header_(local)->used_slots, i + 1,
					 __ATOMIC_RELEASE);
		return (int)i;
	}
	return -1;
}

/* Memory of a ring; mapped for its thread alone, so that mlockall() doesn't lock those of others. */
static inline struct hftmon_marker_mark *hftmon_marker_map_ring_(struct hftmon_marker_local_ *local,
								 uint32_t i)
{
	uint64_t bytes = local->marks * sizeof(struct hftmon_marker_mark);
	uint64_t offset = hftmon_marker_header_(local)->rings_offset + i * hftmon_marker_page_(bytes);
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			    local->fd, (off_t)offset);

	return memory == MAP_FAILED ? NULL : (struct hftmon_marker_mark *)memory;
}

/* A writer for the calling thread, without a ring if none can be had; holds the lock. */
static inline struct hftmon_marker_writer_ *
hftmon_marker_new_writer_(struct hftmon_marker_local_ *local)
{
	struct hftmon_marker_writer_ *none = &local->writers[HFTMON_MARKER_MOST_THREADS];
	uint32_t tid = (uint32_t)syscall(SYS_gettid);
	struct hftmon_marker_writer_ *writer;
	int i;

	hftmon_marker_set_up_(local);
	if (local->failure)
		return none;
	i = hftmon_marker_claim_slot_(local, tid);
	if (i < 0) {
		__atomic_add_fetch(&hftmon_marker_header_(local)->refused_threads, 1,
				   __ATOMIC_RELAXED);
		return none;
	}
	writer = &local->writers[i];
	writer->slot = hftmon_marker_slot_(local, (uint32_t)i);
	writer->ring = hftmon_marker_map_ring_(local, (uint32_t)i);
	writer->head = writer->slot->head;
	writer->mask = local->marks - 1;
	writer->tid = tid;
	writer->clock = local->clock;
	/* Its end frees the slot, so a thread whose end can't be heard of gets none. */
	if (!writer->ring || pthread_setspecific(hftmon_marker_state_.key, writer)) {
		if (writer->ring)
			munmap(writer->ring, local->marks * sizeof(struct hftmon_marker_mark));
		writer->ring = NULL;
		__atomic_store_n(&writer->slot->tid, 0, __ATOMIC_RELEASE);
		return none;
	}
	return writer;
}

/* The calling thread's writer, made at its first mark in this process; NULL without memory. */
__attribute__((noinline, cold, unused)) static struct hftmon_marker_writer_ *
hftmon_marker_writer_get_(void)
{
	struct hftmon_marker_local_ *local = hftmon_marker_local_get_();
	struct hftmon_marker_writer_ *writer = hftmon_marker_writer_;

	if (!local)
		return NULL;
	/* A thread that was refused once isn't served later: its spans would have no beginning. */
	if (writer == &local->writers[HFTMON_MARKER_MOST_THREADS] && local->pid)
		return writer;
	hftmon_marker_lock_(local);
	writer = hftmon_marker_new_writer_(local);
	hftmon_marker_unlock_(local);
	hftmon_marker_writer_ = writer;
	return writer;
}

/* Id of a name in this process, from now on; the lock is free. */
__attribute__((noinline, cold, unused)) static uint32_t
hftmon_marker_intern_(hftmon_marker_name *name)
{
	struct hftmon_marker_local_ *local = hftmon_marker_local_get_();
	char text[HFTMON_MARKER_NAME_BYTES] = { 0 };
	struct hftmon_marker_header *header;
	uint32_t i = 0;

	if (!local)
		return 0;
	strncpy(text, name->text, sizeof(text) - 1);
	hftmon_marker_lock_(local);
	hftmon_marker_set_up_(local);
	if (!local->failure) {
		char *names = hftmon_marker_names_(local->area);

		header = hftmon_marker_header_(local);
		for (i = 1; i < header->name_count; i++)
			if (!memcmp(names + i * HFTMON_MARKER_NAME_BYTES, text, sizeof(text)))
				break;
		if (i == HFTMON_MARKER_NAMES) {
			header->refused_names++;
			i = 0;
		} else if (i == header->name_count) {
			memcpy(names + i * HFTMON_MARKER_NAME_BYTES, text, sizeof(text));
			__atomic_store_n(&header->name_count, i + 1, __ATOMIC_RELEASE);
		}
	}
	hftmon_marker_unlock_(local);
	__atomic_store_n(&name->id, i + 1, __ATOMIC_RELAXED);
	return i;
}

static inline uint32_t hftmon_marker_id_(hftmon_marker_name *name)
{
	uint32_t id = __atomic_load_n(&name->id, __ATOMIC_RELAXED);

	return __builtin_expect(id != 0, 1) ? id - 1 : hftmon_marker_intern_(name);
}

__attribute__((noinline, cold, unused)) static void hftmon_marker_refuse_mark_(void)
{
	struct hftmon_marker_local_ *local = hftmon_marker_local_get_();

	if (local && local->area)
		__atomic_add_fetch(&hftmon_marker_header_(local)->refused_marks, 1,
				   __ATOMIC_RELAXED);
}

static inline void hftmon_marker_store_(uint64_t *to, uint64_t value)
{
	__atomic_store_n(to, value, __ATOMIC_RELAXED);
}

static inline void hftmon_marker_write_(uint32_t type, hftmon_marker_name *name, uint64_t id,
					double value)
{
	struct hftmon_marker_writer_ *writer = hftmon_marker_writer_;
	struct hftmon_marker_mark *mark;
	uint64_t bits, number, counter = 0;

	/* What marking costs is no part of the span: the end is taken first, the beginning last. */
	if (type != HFTMON_MARKER_BEGIN && writer)
		counter = hftmon_marker_counter_((uint32_t)writer->clock);
	number = hftmon_marker_id_(name);
	if (__builtin_expect(!writer || !writer->ring, 0)) {
		writer = hftmon_marker_writer_get_();
		if (!writer || !writer->ring) {
			hftmon_marker_refuse_mark_();
			return;
		}
		counter = 0;
	}
	memcpy(&bits, &value, sizeof(bits));
	mark = &writer->ring[writer->head & writer->mask];
	/*
	 * Orders the publication of the mark before this one ahead of the stores of this one. Who
	 * sees any of these stores and then, after an acquire fence, looks at `head`, sees at least
	 * that publication, and so that this place is being written anew. No instruction on x86.
	 */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	hftmon_marker_store_(&mark->id, id);
	hftmon_marker_store_(&mark->value, bits);
	hftmon_marker_store_(&mark->what, writer->tid | number << 32 | (uint64_t)type << 56);
	if (!counter)
		counter = hftmon_marker_counter_((uint32_t)writer->clock);
	hftmon_marker_store_(&mark->counter, counter);
	writer->head++;
	__atomic_store_n(&writer->slot->head, writer->head, __ATOMIC_RELEASE);
}

static inline int hftmon_marker_fits_(const struct hftmon_marker_options *options)
{
	uint64_t threads = options->threads ? options->threads : HFTMON_MARKER_THREADS;
	uint64_t marks = options->marks ? options->marks : HFTMON_MARKER_MARKS;

	return threads <= HFTMON_MARKER_MOST_THREADS && marks <= HFTMON_MARKER_MOST_MARKS &&
	       marks >= 64 && (marks & (marks - 1)) == 0 &&
	       threads * marks * sizeof(struct hftmon_marker_mark) < HFTMON_MARKER_MOST_BYTES;
}

/* ---- for use ---- */

/*
 * Makes the area. Not needed: the first mark does it with the defaults.
 * Returns 0, or HFTMON_MARKER_FAILED with errno: EINVAL for options out of range, EBUSY when it was
 * made before, with others; or what the kernel said. Without it the marks go nowhere.
 */
static inline int hftmon_marker_init(const struct hftmon_marker_options *options)
{
	struct hftmon_marker_local_ *local = hftmon_marker_local_get_();
	int failure = 0;

	if (!local)
		return HFTMON_MARKER_FAILED;
	if (options && !hftmon_marker_fits_(options)) {
		errno = EINVAL;
		return HFTMON_MARKER_FAILED;
	}
	hftmon_marker_lock_(local);
	if (!local->pid && options)
		hftmon_marker_state_.options = *options;
	hftmon_marker_set_up_(local);
	failure = local->failure;
	if (!failure && options &&
	    ((options->threads && options->threads != local->threads) ||
	     (options->marks && options->marks != local->marks)))
		failure = EBUSY;
	hftmon_marker_unlock_(local);
	errno = failure;
	return failure ? HFTMON_MARKER_FAILED : 0;
}

/* Gives the calling thread its ring. 0; -1 when there is none for it: its marks are only counted. */
static inline int hftmon_marker_prepare(void)
{
	struct hftmon_marker_writer_ *writer = hftmon_marker_writer_;

	if (!writer || !writer->ring)
		writer = hftmon_marker_writer_get_();
	return writer && writer->ring ? 0 : HFTMON_MARKER_FAILED;
}

/* Work of that name begins on this thread. */
static inline void hftmon_marker_begin(hftmon_marker_name *name, uint64_t id)
{
	hftmon_marker_write_(HFTMON_MARKER_BEGIN, name, id, 0);
}

/* It ends: the innermost open span of that name and, if `id` is not 0, of that id. */
static inline void hftmon_marker_end(hftmon_marker_name *name, uint64_t id)
{
	hftmon_marker_write_(HFTMON_MARKER_END, name, id, 0);
}

/* It ends, with a number to be told: a quantity, a price, a count of bytes. */
static inline void hftmon_marker_end_value(hftmon_marker_name *name, uint64_t id, double value)
{
	hftmon_marker_write_(HFTMON_MARKER_END, name, id, value);
}

/* Something happened. */
static inline void hftmon_marker_instant(hftmon_marker_name *name, uint64_t id, double value)
{
	hftmon_marker_write_(HFTMON_MARKER_INSTANT, name, id, value);
}

#endif /* HFTMON_MARKER_LAYOUT_ONLY */

#ifdef __cplusplus
} /* extern "C" */
#endif

#if defined(__cplusplus) && !defined(HFTMON_MARKER_LAYOUT_ONLY)
namespace hftmon
{

/* A span that ends with its scope. */
class span {
    public:
	explicit span(hftmon_marker_name &name, uint64_t id = 0) noexcept : name_(name), id_(id)
	{
		hftmon_marker_begin(&name_, id_);
	}
	~span()
	{
		hftmon_marker_end_value(&name_, id_, value_);
	}
	span(const span &) = delete;
	span &operator=(const span &) = delete;

	/* A number to be told when it ends. */
	void value(double value) noexcept
	{
		value_ = value;
	}

    private:
	hftmon_marker_name &name_;
	uint64_t id_;
	double value_ = 0;
};

} // namespace hftmon
#endif

#endif
