/* SPDX-License-Identifier: MIT */
/* The compiled BPF programs, as they are: the library needs no other file at run time. */
	.section .rodata
	.balign 8
	.global hftmon_probes_begin
	.hidden hftmon_probes_begin
hftmon_probes_begin:
	.incbin HFTMON_PROBES_OBJECT
	.global hftmon_probes_end
	.hidden hftmon_probes_end
hftmon_probes_end:
	.section .note.GNU-stack, "", %progbits
