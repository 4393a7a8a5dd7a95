import { describe, expect, it } from 'vitest';
import { AccessDecoder } from '../../../src/decode/access-decoder.js';
import { DROP_REASON_NAMES, DropReason } from '../../../src/decode/drop-reason.js';
import { hex, sampleRegisters } from '../../support/code.js';

const FUNCTION = 0x401000n;
const REGISTERS = {
  ax: 0x7fff_0000_1000n,
  bx: 0x6000_0000n,
  cx: 3n,
  si: 0x7f00_0000_2000n,
  di: 0x7f12_3456_7800n,
  bp: 0x7ffc_0000_0100n,
  sp: 0x7ffc_0000_0080n,
  r12: -2n,
  r13: 0x5555_5555_0000n,
  r15: 0x800n,
};

/** Decodes one instruction that has just run: what it touched, or why that is not known. */
function decodeOne(code: string): string {
  const bytes = hex(code);
  const decoder = new AccessDecoder({
    functionStart: () => FUNCTION,
    around: () => ({ address: FUNCTION, bytes: Uint8Array.of(...bytes, 0x90, 0xc3) }),
  });
  const ip = Number(FUNCTION) + bytes.length;
  const reason = decoder.decode(ip, sampleRegisters(REGISTERS), 0);
  if (reason !== DropReason.None) return DROP_REASON_NAMES[reason] as string;
  expect(decoder.length).toBe(bytes.length);
  const kind = `${decoder.isLoad ? 'L' : ''}${decoder.isStore ? 'S' : ''}`;
  return `${kind}${decoder.size} ${decoder.address.toString(16)}`;
}

describe('the address of an access', () => {
  it.each([
    ['48 8b 07 # mov rax,[rdi]', 'L8 7f1234567800'],
    ['48 8b 47 10 # mov rax,[rdi+0x10]', 'L8 7f1234567810'],
    ['48 8b 47 f0 # mov rax,[rdi-0x10]', 'L8 7f12345677f0'],
    ['8b 04 cf # mov eax,[rdi+rcx*8]', 'L4 7f1234567818'],
    ['42 89 4c a3 e0 # mov [rbx+r12*4-0x20],ecx', 'S4 5fffffd8'],
    ['66 8b 44 24 08 # mov ax,[rsp+8]', 'L2 7ffc00000088'],
    ['48 8b 45 f8 # mov rax,[rbp-8]', 'L8 7ffc000000f8'],
    ['41 c6 45 00 01 # mov byte ptr [r13],1', 'S1 555555550000'],
    ['4a 8b 04 7d 00 10 00 00 # mov rax,[r15*2+0x1000]', 'L8 2000'],
    ['48 8b 05 34 12 00 00 # mov rax,[rip+0x1234]', 'L8 40223b'],
    ['48 8b 04 25 00 10 00 00 # mov rax,[0x1000]', 'L8 1000'],
    ['a1 44 33 22 11 00 7f 00 00 # movabs eax,[0x7f0011223344]', 'L4 7f0011223344'],
  ])('is formed by every addressing mode: %s', (code, expected) => {
    expect(decodeOne(code)).toBe(expected);
  });

  it.each([
    ['67 8b 44 8f 04 # mov eax,[edi+ecx*4+4]', 'L4 34567810'],
    ['67 8b 05 34 12 00 00 # mov eax,[eip+0x1234]', 'L4 40223b'],
    ['67 8b 04 25 00 10 00 00 # mov eax,[0x1000] with a prefix', 'L4 1000'],
  ])('is cut to 32 bits by an address-size prefix: %s', (code, expected) => {
    expect(decodeOne(code)).toBe(expected);
  });

  it.each([
    ['48 01 07 # add [rdi],rax', 'LS8'],
    ['f0 48 83 07 01 # lock add qword ptr [rdi],1', 'LS8'],
    ['f0 48 0f b1 0f # lock cmpxchg [rdi],rcx', 'LS8'],
    ['48 87 07 # xchg [rdi],rax', 'LS8'],
    ['f0 48 0f c1 07 # lock xadd [rdi],rax', 'LS8'],
    ['48 0f c7 0f # cmpxchg16b [rdi]', 'LS16'],
    ['39 07 # cmp [rdi],eax', 'L4'],
    ['0f 29 07 # movaps [rdi],xmm0', 'S16'],
    ['0f c3 07 # movnti [rdi],eax', 'S4'],
    ['c5 fc 10 0f # vmovups ymm1,[rdi]', 'L32'],
    ['62 f1 7c 48 10 0f # vmovups zmm1,[rdi]', 'L64'],
    ['62 f1 6c 58 58 0f # vaddps zmm1,zmm2,dword ptr [rdi]{1to16}', 'L4'],
  ])('comes with its size, load or store: %s', (code, kind) => {
    expect(decodeOne(code)).toBe(`${kind} 7f1234567800`);
  });

  it.each([
    ['50 # push rax', 'S8 7ffc00000080'],
    ['54 # push rsp', 'S8 7ffc00000080'],
    ['5b # pop rbx', 'L8 7ffc00000078'],
    ['66 50 # push ax', 'S2 7ffc00000080'],
  ])('allows for the stack pointer having moved: %s', (code, expected) => {
    expect(decodeOne(code)).toBe(expected);
  });

  it('is none above user space', () => {
    expect(decodeOne('41 8b 04 24 # mov eax,[r12]')).toBe('not_user_space');
  });
});

describe('an access whose address cannot be known', () => {
  it.each([
    ['48 8b 00 # mov rax,[rax]', 'address_overwritten'],
    ['48 8b 0c cf # mov rcx,[rdi+rcx*8]', 'address_overwritten'],
    ['8a 00 # mov al,[rax]', 'address_overwritten'],
    ['0f b6 3f # movzx edi,byte ptr [rdi]', 'address_overwritten'],
    ['d7 # xlatb', 'address_overwritten'],
    ['5c # pop rsp', 'address_overwritten'],
    ['ff 30 # push qword ptr [rax]', 'several_accesses'],
    ['8f 00 # pop qword ptr [rax]', 'several_accesses'],
    ['f3 a4 # rep movsb', 'string_instruction'],
    ['48 a5 # movsq', 'string_instruction'],
    ['aa # stosb', 'string_instruction'],
    ['c4 e2 6d 90 04 88 # vpgatherdd ymm0,[rax+ymm1*4],ymm2', 'gather'],
    ['64 48 8b 04 25 28 00 00 00 # mov rax,fs:[0x28]', 'segment_base'],
    ['65 48 8b 04 25 00 00 00 00 # mov rax,gs:[0]', 'segment_base'],
    ['c4 e2 75 2c 07 # vmaskmovps ymm0,ymm1,[rdi]', 'size_unknown'],
    ['62 f1 7c 49 10 0f # vmovups zmm1{k1},[rdi]', 'size_unknown'],
    ['66 0f f7 c1 # maskmovdqu xmm0,xmm1', 'size_unknown'],
    ['0f ae 07 # fxsave [rdi]', 'size_unknown'],
    ['c9 # leave', 'address_overwritten'],
    ['48 8d 47 08 # lea rax,[rdi+8]', 'no_memory_access'],
    ['0f 18 0f # prefetcht0 [rdi]', 'no_memory_access'],
    ['0f ae 3f # clflush [rdi]', 'no_memory_access'],
    ['0f 1f 04 00 # nop [rax+rax]', 'no_memory_access'],
    ['f3 90 # pause', 'no_memory_access'],
    ['ff 17 # call [rdi]', 'control_flow'],
    ['e8 00 10 00 00 # call', 'control_flow'],
    ['0f 05 # syscall', 'control_flow'],
    ['74 10 # je', 'control_flow'],
    ['eb 10 # jmp', 'control_flow'],
    ['c3 # ret', 'control_flow'],
    ['0f 0b # ud2', 'control_flow'],
  ])('is dropped with the reason: %s', (code, reason) => {
    expect(decodeOne(code)).toBe(reason);
  });
});
