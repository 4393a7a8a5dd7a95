/* SPDX-License-Identifier: MIT */
#include "orderbook.h"

#include <string.h>

void orderbook__init(struct orderbook *book)
{
	memset(book, 0, sizeof(*book));
	book->best_ask = PRICE_LEVELS;
}

static uint32_t trade(struct orderbook *book, uint32_t *waiting, uint32_t wanted)
{
	uint32_t quantity = *waiting < wanted ? *waiting : wanted;

	*waiting -= quantity;
	book->trades++;
	book->traded_quantity += quantity;
	return wanted - quantity;
}

static void buy(struct orderbook *book, uint32_t price, uint32_t left)
{
	while (left && book->best_ask <= price) {
		left = trade(book, &book->asks[book->best_ask], left);
		while (book->best_ask < PRICE_LEVELS && !book->asks[book->best_ask])
			book->best_ask++;
	}
	if (!left)
		return;
	book->bids[price] += left;
	if (price > book->best_bid)
		book->best_bid = price;
}

static void sell(struct orderbook *book, uint32_t price, uint32_t left)
{
	while (left && book->best_bid && book->best_bid >= price) {
		left = trade(book, &book->bids[book->best_bid], left);
		while (book->best_bid && !book->bids[book->best_bid])
			book->best_bid--;
	}
	if (!left)
		return;
	book->asks[price] += left;
	if (price < book->best_ask)
		book->best_ask = price;
}

void orderbook__submit(struct orderbook *book, struct order order)
{
	uint32_t price = order.price % PRICE_LEVELS;

	book->orders++;
	if (!price)
		return;
	if (order.quantity > 0)
		buy(book, price, (uint32_t)order.quantity);
	else
		sell(book, price, (uint32_t)-order.quantity);
}
