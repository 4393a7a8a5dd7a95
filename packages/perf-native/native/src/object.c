/* SPDX-License-Identifier: MIT */
#include "object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "object_internal.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

static int read_license(struct object *o)
{
	uint32_t section = elf_find_section(&o->elf, "license");
	uint64_t size = section ? o->elf.sections[section].sh_size : 0;

	o->license = section ? elf_data(&o->elf, section) : NULL;
	if (!o->license || !size || o->license[size - 1])
		return fail(-EINVAL, "the BPF object names no licence");
	return 0;
}

static int read_parts(struct object *o)
{
	uint32_t types = elf_find_section(&o->elf, ".BTF");
	int err;

	if (!types || !elf_data(&o->elf, types) || o->elf.sections[types].sh_offset % 4)
		return fail(-EINVAL, "the BPF object has no type information");
	err = btf_open(&o->btf, elf_data(&o->elf, types), o->elf.sections[types].sh_size);
	if (!err)
		err = btf_index(&o->btf);
	if (err)
		return fail(err, "type information of the BPF object");
	err = read_license(o);
	return err ? err : object_read_maps(o);
}

int object_open(struct object *o, const void *bytes, size_t size)
{
	int err;

	memset(o, 0, sizeof(*o));
	o->btf_fd = -1;
	if (elf_open(&o->elf, bytes, size))
		return fail(-EINVAL, "not a BPF object file");
	err = read_parts(o);
	if (err)
		object_close(o);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void object_close(struct object *o)
{
	for (uint32_t i = 0; i < o->program_count; i++)
		close_fd(o->programs[i].fd);
	for (uint32_t i = 0; i < o->map_count; i++)
		close_fd(o->maps[i].fd);
	/* An object that was never opened is all zeros. */
	if (o->btf.bytes)
		close_fd(o->btf_fd);
	btf_close(&o->btf);
	free(o->constants);
	free(o->maps);
	free(o->programs);
	free(o->kernel_functions);
	memset(o, 0, sizeof(*o));
}

int object_set_entries(struct object *o, const char *map, uint32_t entries)
{
	for (uint32_t i = 0; i < o->map_count; i++) {
		if (strcmp(o->maps[i].definition.name, map))
			continue;
		o->maps[i].definition.max_entries = entries;
		return 0;
	}
	return fail(-ENOENT, "no BPF map %s", map);
}

int object_set_constant(struct object *o, const char *name, uint32_t value)
{
	const Elf64_Sym *symbol = elf_find_symbol(&o->elf, name);
	uint32_t constants = elf_find_section(&o->elf, ".rodata");
	uint64_t size = constants ? o->elf.sections[constants].sh_size : 0;

	/* Little-endian, so a shorter number takes the first bytes. */
	if (!symbol || !constants || symbol->st_shndx != constants ||
	    symbol->st_size > sizeof(value) || symbol->st_size > size ||
	    symbol->st_value > size - symbol->st_size)
		return fail(-ENOENT, "no BPF constant %s", name);
	memcpy(o->constants + symbol->st_value, &value, symbol->st_size);
	return 0;
}

int object_want(struct object *o, const char *program)
{
	const Elf64_Sym *symbol = elf_find_symbol(&o->elf, program);
	struct object_program *programs;

	if (!symbol)
		return fail(-ENOENT, "no BPF program %s", program);
	programs = realloc(o->programs, (o->program_count + 1) * sizeof(*programs));
	if (!programs)
		return fail(-ENOMEM, "list of BPF programs");
	o->programs = programs;
	programs[o->program_count++] = (struct object_program){
		.symbol = symbol,
		.name = program,
		.section_name = elf_section_name(&o->elf, symbol->st_shndx),
		.fd = -1,
	};
	return 0;
}

/* Functions that nobody here defines are the kernel's. */
static int list_kernel_functions(struct object *o)
{
	o->kernel_functions = calloc(o->elf.symbol_count + 1, sizeof(*o->kernel_functions));
	if (!o->kernel_functions)
		return fail(-ENOMEM, "list of kernel functions");
	for (uint32_t i = 1; i < o->elf.symbol_count; i++) {
		const Elf64_Sym *symbol = &o->elf.symbols[i];

		if (symbol->st_shndx != SHN_UNDEF)
			continue;
		o->kernel_functions[o->kernel_function_count++] = (struct btf_wanted){
			.name = elf_symbol_name(&o->elf, symbol),
			.kind = BTF_KIND_FUNC,
		};
	}
	return 0;
}

/* A tracepoint's type is the typedef btf_trace_NAME. */
#define NAME_BYTES 96

static int resolve_in(struct object *o, const struct btf *kernel)
{
	struct btf_wanted *tracepoints = calloc(o->program_count + 1, sizeof(*tracepoints));
	char(*names)[NAME_BYTES] = calloc(o->program_count + 1, sizeof(*names));

	if (!tracepoints || !names) {
		free(tracepoints);
		free(names);
		return fail(-ENOMEM, "list of tracepoints");
	}
	for (uint32_t i = 0; i < o->program_count; i++) {
		const char *slash = strchr(o->programs[i].section_name, '/');

		strcpy(names[i], "btf_trace_");
		strncat(names[i], slash ? slash + 1 : "", NAME_BYTES - sizeof("btf_trace_"));
		tracepoints[i].name = names[i];
		tracepoints[i].kind = BTF_KIND_TYPEDEF;
	}
	btf_find(kernel, tracepoints, o->program_count);
	for (uint32_t i = 0; i < o->program_count; i++)
		o->programs[i].attach_btf_id = tracepoints[i].id;
	btf_find(kernel, o->kernel_functions, o->kernel_function_count);
	free(tracepoints);
	free(names);
	return 0;
}

static int read_all(int fd, uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += (size_t)n;
	}
	return 0;
}

static int read_kernel_btf(struct btf *kernel)
{
	int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC), err;
	struct stat st;
	uint8_t *bytes;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : 0;
	bytes = err ? NULL : malloc((size_t)st.st_size);
	if (!err)
		err = bytes ? read_all(fd, bytes, (size_t)st.st_size) : -ENOMEM;
	if (!err)
		err = btf_open(kernel, bytes, (size_t)st.st_size);
	free(bytes);
	close(fd);
	return err;
}

int object_resolve(struct object *o)
{
	struct btf kernel;
	int err = list_kernel_functions(o);

	if (err)
		return err;
	err = read_kernel_btf(&kernel);
	if (err)
		return fail(err, "reading %s", KERNEL_BTF);
	err = resolve_in(o, &kernel);
	btf_close(&kernel);
	return err;
}

int object_has_kernel_function(const struct object *o, const char *name)
{
	for (uint32_t i = 0; i < o->kernel_function_count; i++)
		if (!strcmp(o->kernel_functions[i].name, name))
			return o->kernel_functions[i].id != 0;
	return 0;
}

int object_load(struct object *o)
{
	int err = object_create_maps(o);

	if (err)
		return err;
	btf_make_loadable(&o->btf);
	o->btf_fd = bpf_btf_load(o->btf.bytes, o->btf.size);
	if (o->btf_fd < 0)
		return fail(o->btf_fd, "the kernel refused the programs' type information");
	for (uint32_t i = 0; i < o->program_count && !err; i++)
		err = object_load_program(o, &o->programs[i]);
	return err;
}

int object_program_fd(const struct object *o, const char *name)
{
	for (uint32_t i = 0; i < o->program_count; i++)
		if (!strcmp(o->programs[i].name, name))
			return o->programs[i].fd;
	return -1;
}

long object_variable_offset(const struct object *o, const char *name)
{
	const Elf64_Sym *symbol = elf_find_symbol(&o->elf, name);
	uint32_t bss = elf_find_section(&o->elf, ".bss");

	return symbol && bss && symbol->st_shndx == bss ? (long)symbol->st_value : -ENOENT;
}
