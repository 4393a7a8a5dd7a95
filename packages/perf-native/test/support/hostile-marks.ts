import { fileURLToPath } from 'node:url';

const HEADER = fileURLToPath(new URL('../../../marker/include/hftmon_marker.h', import.meta.url));

/**
 * A process with an area of marks that is wrong in one way, or made wrong while it is read.
 * Argument: the flaw. Prints `ready`, and `done` after a line was read, if it does something then.
 */
export const HOSTILE_MARKS = `
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include "${HEADER}"

static hftmon_marker_name one = HFTMON_MARKER_NAME("one");
static const char *flaw;
static unsigned char *area;
static size_t bytes;
static int fd;

static int is(const char *name)
{
	return strcmp(flaw, name) == 0;
}

/* An honest area, copied into a memfd of our own that anything may be written to. */
static void make_area(void)
{
	struct hftmon_marker_header *header;

	fd = memfd_create(HFTMON_MARKER_FILE, MFD_ALLOW_SEALING);
	if (fd < 0)
		exit(3);
	header = hftmon_marker_header_(hftmon_marker_state_.local);
	bytes = header->area_bytes;
	if (is("short"))
		bytes -= 65536;
	if (is("tiny"))
		bytes = 100;
	if (ftruncate(fd, (off_t)bytes))
		exit(4);
	area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		exit(5);
	memcpy(area, header, is("tiny") ? 100 : header->rings_offset);
	if (!is("tiny"))
		memset(area + header->slots_offset, 0, sizeof(struct hftmon_marker_slot));
	if (!is("seals"))
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
	close(hftmon_marker_state_.fd);
}

static void spoil(void)
{
	struct hftmon_marker_header *header = (void *)area;

	if (is("magic"))
		header->magic = 1;
	if (is("version"))
		header->version = 2;
	if (is("sizes"))
		header->mark_bytes = 16;
	if (is("range"))
		header->thread_capacity = 1u << 30;
	if (is("places"))
		header->rings_offset += 65536;
	if (is("bytes"))
		header->area_bytes -= 65536;
	if (is("pid"))
		header->pid = 1;
	if (is("clock"))
		header->clock = 7;
	if (is("time"))
		header->start_counter -= 1ull << 60;
	if (is("owner") && fchown(fd, 12345, 12345))
		exit(6);
}

static struct hftmon_marker_slot *slot(void)
{
	return (void *)(area + ((struct hftmon_marker_header *)area)->slots_offset);
}

static void put(uint64_t counter, uint32_t type)
{
	struct hftmon_marker_mark *ring = (void *)(area + ((struct hftmon_marker_header *)area)->rings_offset);
	struct hftmon_marker_mark *mark = &ring[slot()->head % HFTMON_MARKER_MARKS];

	mark->counter = counter;
	mark->what = (uint64_t)getpid() | 1ull << 32 | (uint64_t)type << 56;
	__atomic_store_n(&slot()->head, slot()->head + 1, __ATOMIC_RELEASE);
}

/* Random bytes all over what a writer may change, for so many rounds, ever faster than is read. */
static void scribble(int rounds)
{
	struct hftmon_marker_header *header = (void *)area;
	size_t from = offsetof(struct hftmon_marker_header, name_count);
	uint32_t random = 1;

	for (int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < 4000; i++) {
			size_t at;

			random ^= random << 13;
			random ^= random >> 17;
			random ^= random << 5;
			at = from + random % (i % 2 ? header->rings_offset + (1 << 20) - from
						    : header->rings_offset - from);
			area[at] = (unsigned char)(random >> 8);
			/* Heads that go on a little, over marks that are noise. */
			if (i % 5 == 0)
				slot()[random % 4].head += random % 1000;
		}
	}
}

static void act(void)
{
	uint32_t clock = hftmon_marker_state_.local->clock;
	uint64_t now = hftmon_marker_counter_(clock);

	if (is("future")) {
		put(now + (1ull << 40), 1);
		put(now, 2);
		put(now, 1);
		put(now + (1ull << 40), 2);
	}
	if (is("backwards")) {
		put(now, 1);
		put(now - 1000000, 2);
		put(now, 3);
	}
	if (is("scribble"))
		scribble(20000);
	if (is("truncate"))
		printf("%d\\n", ftruncate(fd, 0));
	if (is("punch"))
		printf("%d\\n", fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes));
	if (is("jump"))
		__atomic_store_n(&slot()->head, UINT64_MAX / 2, __ATOMIC_RELEASE);
	if (is("kill")) {
		/* In the middle of a mark: its stores are done, its publication isn't. */
		struct hftmon_marker_mark *ring = (void *)(area + ((struct hftmon_marker_header *)area)->rings_offset);

		put(now, 1);
		ring[slot()->head % HFTMON_MARKER_MARKS].what = ~0ull;
	}
}

int main(int argc, char **argv)
{
	char line[16];

	flaw = argc > 1 ? argv[1] : "none";
	if (hftmon_marker_init(NULL))
		return 2;
	hftmon_marker_instant(&one, 0, 0);
	make_area();
	spoil();
	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 0;
	act();
	puts("done");
	fflush(stdout);
	pause();
}
`;
