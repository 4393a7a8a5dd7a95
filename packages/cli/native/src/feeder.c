/* SPDX-License-Identifier: MIT */
/* The market: sends orders around a wandering price to the engine, over UDP on loopback. */
#include "modes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base.h"
#include "orderbook.h"

#define ORDERS_PER_PACKET 8
#define PACKETS_PER_BURST 4

static uint32_t state = 2463534242u;

static uint32_t random32(void) /* xorshift32 */
{
	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

int feeder(int argc, char **argv)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)option(argc, argv, "port", -1, 1, 65535)),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint32_t id = 0, price = PRICE_LEVELS / 2;

	call_oneself("market");
	bound_lifetime(120);
	keep_off((int)option(argc, argv, "off-cpu", PRICE_LEVELS, 0, 1 << 20));
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail("cannot reach the engine: %s", strerror(errno));
	for (;;) {
		for (int packet = 0; packet < PACKETS_PER_BURST; packet++) {
			struct order orders[ORDERS_PER_PACKET];

			for (int i = 0; i < ORDERS_PER_PACKET; i++) {
				int32_t quantity = (int32_t)(random32() % 100) + 1;

				price += random32() % 3 - 1;
				price = price < 64 ? 64 : price > 960 ? 960 : price;
				orders[i] = (struct order){
					.id = id++,
					.price = price + random32() % 17 - 8,
					.quantity = random32() & 1 ? quantity : -quantity,
				};
			}
			/* A full socket buffer, or an engine that has just ended, is no harm. */
			(void)!send(fd, orders, sizeof(orders), MSG_DONTWAIT);
		}
		sleep_ns(NS_PER_MS);
	}
}
