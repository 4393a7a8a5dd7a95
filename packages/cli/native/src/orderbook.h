/* SPDX-License-Identifier: MIT */
/* A limit order book of one instrument, and its matching. */
#ifndef ORDERBOOK_H
#define ORDERBOOK_H

#include <stdint.h>

#define PRICE_LEVELS 1024

/* As it comes over the wire; a negative quantity sells. */
struct order {
	uint32_t id;
	uint32_t price; /* level, below PRICE_LEVELS */
	int32_t quantity;
};

struct orderbook {
	uint32_t bids[PRICE_LEVELS]; /* quantity that waits at each price */
	uint32_t asks[PRICE_LEVELS];
	uint32_t best_bid; /* 0: no bid, level 0 is not used */
	uint32_t best_ask; /* PRICE_LEVELS: no ask */
	uint64_t orders;
	uint64_t trades;
	uint64_t traded_quantity;
};

void orderbook__init(struct orderbook *book);
/* Matches an order against the other side; what is left of it waits in the book. */
void orderbook__submit(struct orderbook *book, struct order order);

#endif
