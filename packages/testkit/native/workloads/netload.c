/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * UDP packets over loopback from a thread on one CPU to itself. The loopback device queues each
 * for the NET_RX softirq of the sending CPU, which runs at the end of the send call.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handshake.h"
#include "report.h"
#include "thread.h"

static int bound_socket(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)address, sizeof(*address)) ||
	    getsockname(fd, (struct sockaddr *)address, &length) ||
	    connect(fd, (struct sockaddr *)address, sizeof(*address)))
		workload__fail("no loopback socket: %s", strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	struct options options = options__parse(argc, argv, "count size gap-us cpu");
	static char packet[9000];
	struct sockaddr_in address;
	struct usage before, usage;
	struct interval *sends;
	char *late;
	uint64_t gap_ns;
	pid_t tid = thread__tid();
	long count, sent = 0, received = 0;
	size_t size;
	int fd, cpu;

	workload__begin(&options);
	count = options__number(&options, "count", 1009, 1, 1000000);
	size = (size_t)options__number(&options, "size", 64, 1, sizeof(packet));
	gap_ns = (uint64_t)options__number(&options, "gap-us", 20, 0, 1000000) * NS_PER_US;
	cpu = options__cpu(&options, "cpu", thread__other_cpu(-1));
	thread__pin(cpu);
	sends = memory__populated((size_t)count * sizeof(*sends));
	late = memory__populated((size_t)count);
	fd = bound_socket(&address);
	workload__ready(&tid, 1);

	before = usage__of_thread();
	for (long i = 0; i < count; i++) {
		if (gap_ns)
			clock__spin_until(clock__now_ns() + gap_ns);
		sends[i].start_ns = clock__now_ns();
		sent += send(fd, packet, size, 0) == (ssize_t)size;
		sends[i].end_ns = clock__now_ns();
		while (recv(fd, packet, sizeof(packet), 0) > 0)
			received++;
		late[i] = received < sent;
	}
	/* ksoftirqd may have taken over the last ones. */
	for (int i = 0; received < sent && i < 1000; i++) {
		clock__sleep_ns(NS_PER_MS);
		while (recv(fd, packet, sizeof(packet), 0) > 0)
			received++;
	}
	usage = usage__since(usage__of_thread(), before);

	report__begin("netload");
	report__number("cpu", cpu);
	report__number("tid", tid);
	report__number("port", ntohs(address.sin_port));
	report__number("sent", sent);
	report__number("received", received);
	usage__report("usage", usage);
	report__intervals("sends", sends, (size_t)count);
	report__open_list("late");
	for (long i = 0; i < count; i++)
		if (late[i])
			report__number(NULL, i);
	report__close_list();
	report__close();
	workload__rest();
}
