/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * Static probes (USDT) as <sys/sdt.h> makes them, without arguments: a nop, and a note that tells
 * where it is, for debuggers and tracers.
 */
#ifndef HFTMON_TESTKIT_STATIC_PROBE_H
#define HFTMON_TESTKIT_STATIC_PROBE_H

#define STATIC_PROBE_(provider, name, semaphore)                                                   \
	__asm__ volatile("990:	nop\n"                                                             \
			 ".pushsection .note.stapsdt,\"\",\"note\"\n"                              \
			 ".balign 4\n"                                                             \
			 ".4byte 992f-991f, 994f-993f, 3\n"                                        \
			 "991: .asciz \"stapsdt\"\n"                                               \
			 "992: .balign 4\n"                                                        \
			 "993: .8byte 990b\n"                                                      \
			 ".8byte _.stapsdt.base\n"                                                 \
			 ".8byte " semaphore "\n"                                                  \
			 ".asciz \"" provider "\"\n"                                               \
			 ".asciz \"" name "\"\n"                                                   \
			 ".asciz \"\"\n"                                                           \
			 "994: .balign 4\n"                                                        \
			 ".popsection\n"                                                           \
			 ".ifndef _.stapsdt.base\n"                                                \
			 ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"   \
			 ".weak _.stapsdt.base\n"                                                  \
			 ".hidden _.stapsdt.base\n"                                                \
			 "_.stapsdt.base: .space 1\n"                                              \
			 ".size _.stapsdt.base, 1\n"                                               \
			 ".popsection\n"                                                           \
			 ".endif\n" ::: "memory")

#define STATIC_PROBE(provider, name) STATIC_PROBE_(#provider, #name, "0")
/* `semaphore` is a global unsigned short in section .probes; above 0: somebody listens. */
#define STATIC_PROBE_WITH_SEMAPHORE(provider, name, semaphore)                                     \
	STATIC_PROBE_(#provider, #name, #semaphore)

#endif
