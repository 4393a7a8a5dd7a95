/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of others' devices on the target's CPU: those of the disk, which are steered there,
 * and packets of loopback, which the kernel is told to receive there (receive packet steering).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "guard.h"
#include "storms.h"

#define MOST_IRQS 4096
#define READS 128
/* Few at a time: a disk answers many by one interrupt, late, and with more than it takes the kernel's
 * own threads would help. */
#define DEPTH 2
#define BLOCK 4096ul
#define FILE_BYTES (READS * 2 * BLOCK)
#define PROBES 8
#define PACKETS 1600
#define PACKET_BYTES 256
#define RPS "/sys/class/net/lo/queues/rx-0/rps_cpus"

static int file_fd = -1, socket_fd = -1;
static aio_context_t context;
static char blocks[DEPTH][BLOCK] __attribute__((aligned(4096)));

static int open_file(void)
{
	char path[4200];

	if (file_fd >= 0)
		return 0;
	snprintf(path, sizeof(path), "%s/hftmon-selftest-XXXXXX", stage->directory);
	file_fd = mkostemp(path, O_CLOEXEC);
	if (file_fd < 0)
		return errno;
	unlink(path);
	memset(blocks, 0x5a, sizeof(blocks));
	for (unsigned long at = 0; at < FILE_BYTES; at += sizeof(blocks))
		if (pwrite(file_fd, blocks, sizeof(blocks), (off_t)at) != sizeof(blocks))
			return errno ? errno : ENOSPC;
	if (fsync(file_fd) || fcntl(file_fd, F_SETFL, O_DIRECT) ||
	    syscall(SYS_io_setup, DEPTH, &context))
		return errno;
	return 0;
}

static long submit(unsigned long first, long count)
{
	static struct iocb requests[DEPTH];
	struct iocb *list[DEPTH];

	for (long i = 0; i < count; i++) {
		requests[i] = (struct iocb){
			.aio_fildes = (uint32_t)file_fd,
			.aio_lio_opcode = IOCB_CMD_PREAD,
			/* What is read is of no interest. */
			.aio_buf = (uint64_t)(uintptr_t)blocks[i],
			.aio_nbytes = BLOCK,
			/* Apart, so that they are not merged into one. */
			.aio_offset = (int64_t)((first + (unsigned long)i) * 2 * BLOCK),
		};
		list[i] = &requests[i];
	}
	return syscall(SYS_io_submit, context, count, list);
}

/* For each that was answered the next one is asked for, so that interrupts come close together. */
static struct interval read_many(void)
{
	struct interval time = { .start_ns = now_ns() };
	static struct io_event events[DEPTH];
	long flying = submit(0, DEPTH), asked = flying;

	while (flying > 0) {
		long done = syscall(SYS_io_getevents, context, 1, DEPTH, events, NULL), more;

		if (done <= 0)
			break;
		flying -= done;
		more = READS - asked < done ? READS - asked : done;
		if (more <= 0)
			continue;
		more = submit((unsigned long)asked, more);
		if (more <= 0)
			break;
		asked += more;
		flying += more;
	}
	time.end_ns = now_ns();
	return time;
}

/* Interrupts so far of each number: of all CPUs, or of one alone. */
static void count_irqs(long *counts, int cpu)
{
	FILE *lines = fopen("/proc/interrupts", "re");
	char *line = NULL;
	size_t size = 0;
	int columns = 0, column = -1;

	memset(counts, 0, MOST_IRQS * sizeof(*counts));
	if (lines && getline(&line, &size, lines) > 0)
		for (char *at = line; (at = strstr(at, "CPU")); at += 3, columns++)
			if (atoi(at + 3) == cpu)
				column = columns;
	while (lines && getline(&line, &size, lines) > 0) {
		char *at;
		long irq = strtol(line, &at, 10);

		if (*at != ':' || irq < 0 || irq >= MOST_IRQS)
			continue;
		at++;
		for (int i = 0; i < columns; i++) {
			long count = strtol(at, &at, 10);

			if (cpu < 0 || i == column)
				counts[irq] += count;
		}
	}
	free(line);
	if (lines)
		fclose(lines);
}

/* The interrupt that comes when the file is read; -1 for none. */
static long find_irq(void)
{
	static long before[MOST_IRQS], after[MOST_IRQS];
	long best = -1;

	count_irqs(before, -1);
	for (int i = 0; i < PROBES; i++)
		read_many();
	count_irqs(after, -1);
	for (long irq = 0; irq < MOST_IRQS; irq++)
		if (after[irq] - before[irq] >= PROBES &&
		    (best < 0 || after[irq] - before[irq] > after[best] - before[best]))
			best = irq;
	return best;
}

static int arrives_at_target(long irq)
{
	static long before[MOST_IRQS], after[MOST_IRQS];

	count_irqs(before, stage->cpu);
	read_many();
	read_many();
	count_irqs(after, stage->cpu);
	return after[irq] > before[irq];
}

int deed__device_interrupts(struct deed *deed)
{
	char path[64], cpu[16];
	struct statfs fs;
	int error, result;

	if (!statfs(stage->directory, &fs) && fs.f_type == TMPFS_MAGIC)
		return skip("%s is no disk but memory (tmpfs); set TMPDIR", stage->directory);
	error = open_file();
	if (error)
		return skip("cannot read past the page cache: %s", strerror(error));
	deed->irq = find_irq();
	if (deed->irq < 0)
		return skip("reading the disk of %s causes no interrupt", stage->directory);
	snprintf(path, sizeof(path), "/proc/irq/%ld/smp_affinity_list", deed->irq);
	snprintf(cpu, sizeof(cpu), "%d", stage->cpu);
	error = guard__change(path, cpu);
	/* One that may not be moved may be there by itself. */
	if (arrives_at_target(deed->irq))
		result = storm__repeat(deed, read_many);
	else
		result = skip("interrupt %ld does not come to CPU %d: %s", deed->irq, stage->cpu,
			      error ? strerror(error) : "it was moved in vain");
	guard__restore(path);
	return result;
}

static int open_socket(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

	if (socket_fd >= 0)
		return 0;
	socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (socket_fd < 0 || bind(socket_fd, (struct sockaddr *)&at, size) ||
	    getsockname(socket_fd, (struct sockaddr *)&at, &size) ||
	    connect(socket_fd, (struct sockaddr *)&at, size))
		return errno;
	return 0;
}

static struct interval send_many(void)
{
	static char packet[PACKET_BYTES];
	struct interval time = { .start_ns = now_ns() };

	for (int i = 0; i < PACKETS; i++)
		(void)!send(socket_fd, packet, sizeof(packet), 0);
	time.end_ns = now_ns();
	while (recv(socket_fd, packet, sizeof(packet), 0) > 0)
		;
	return time;
}

int deed__packets(struct deed *deed)
{
	char mask[64] = "";
	int error = open_socket(), result;

	if (error)
		return skip("no socket on loopback: %s", strerror(error));
	/* A mask of 32 bits a word, the highest first. */
	snprintf(mask, sizeof(mask), "%x", 1u << (stage->cpu % 32));
	for (int word = 0; word < stage->cpu / 32 && strlen(mask) < sizeof(mask) - 10; word++)
		strcat(mask, ",00000000");
	error = guard__change(RPS, mask);
	if (error)
		return skip("packets of loopback cannot be steered to a CPU: %s", strerror(error));
	result = storm__repeat(deed, send_many);
	guard__restore(RPS);
	return result;
}
