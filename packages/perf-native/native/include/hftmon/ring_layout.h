/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Memory of a ring: one header page, then `capacity` records. Mirrored in
 * packages/core/src/ring/ring-descriptor.ts.
 *
 *  0      magic u32 | version u32 | capacity u32 | record bytes u32 | epoch ns u64
 *  128    head      u32  records published, free-running     (writer's block)
 *  256    intent    u32  records claimed, free-running       (writer's block)
 *  384    tail      u32  records consumed, spsc rings only   (reader's block)
 *  512    refused   u64  records turned away, spsc rings only (writer's block)
 *  4096   record[0] ...
 *
 * Each index stands on its own pair of cache lines: the adjacent-line prefetcher pulls lines in
 * pairs, so 64 bytes apart would still be shared.
 */
#ifndef HFTMON_RING_LAYOUT_H
#define HFTMON_RING_LAYOUT_H

#define HFTMON_RING_MAGIC 0x52544648u /* "HFTR" */
#define HFTMON_RING_VERSION 1u
#define HFTMON_RING_HEADER_BYTES 4096

#define HFTMON_RING_MAGIC_OFFSET 0
#define HFTMON_RING_VERSION_OFFSET 4
#define HFTMON_RING_CAPACITY_OFFSET 8
#define HFTMON_RING_RECORD_BYTES_OFFSET 12
#define HFTMON_RING_EPOCH_OFFSET 16
#define HFTMON_RING_HEAD_OFFSET 128
#define HFTMON_RING_INTENT_OFFSET 256
#define HFTMON_RING_TAIL_OFFSET 384
#define HFTMON_RING_REFUSED_OFFSET 512

#endif
