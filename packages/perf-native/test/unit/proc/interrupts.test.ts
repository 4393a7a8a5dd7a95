import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseInterrupts, readInterrupts } from '../../../src/proc/interrupts.js';
import { SOFTIRQ_NAMES, parseSoftirqs, readSoftirqs } from '../../../src/proc/softirqs.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/${name}.txt`, import.meta.url), 'utf8');

describe('parseInterrupts', () => {
  it('reads a virtual machine with message-signalled interrupts', () => {
    const table = parseInterrupts(fixture('interrupts/x86-6.18-virtio'));
    expect(table.cpus).toEqual([0, 1]);
    expect(table.irqs.get(24)).toMatchObject({ chip: 'IO-APIC', hardwareIrq: 5, name: 'ACPI:Ged' });
    expect(table.irqs.get(36)).toMatchObject({
      irq: 36,
      chip: 'PCI-MSIX-0000:00:02.0',
      hardwareIrq: 1,
      trigger: 'edge',
      devices: ['virtio1-req.0'],
    });
    expect([...table.arch.keys()]).toEqual(
      expect.arrayContaining(['NMI', 'LOC', 'RES', 'CAL', 'TLB', 'ERR']),
    );
    expect(table.arch.get('LOC')).toMatchObject({
      description: 'Local timer interrupts',
      perCpu: true,
    });
    expect(table.arch.get('LOC')?.counts).toHaveLength(2);
  });

  it('reads shared lines, offline CPUs, lines without a handler and 32-bit counts', () => {
    const table = parseInterrupts(fixture('interrupts/x86-5.15-offline-cpu'));
    expect(table.cpus).toEqual([0, 2, 3]);
    expect(table.irqs.get(16)).toMatchObject({
      chip: 'IR-IO-APIC',
      trigger: 'fasteoi',
      devices: ['i801_smbus', 'ehci_hcd:usb1'],
      name: 'i801_smbus, ehci_hcd:usb1',
      counts: [0, 0, 212],
    });
    expect(table.irqs.get(131)?.counts).toEqual([4294967290, 7, 0]);
    expect(table.irqs.get(140)).toMatchObject({ devices: [], name: '', hardwareIrq: 1572864 });
    expect(table.arch.get('ERR')).toEqual({
      label: 'ERR',
      description: '',
      counts: [0],
      perCpu: false,
    });
  });

  it('reads arm64, where levels and IPIs have another form', () => {
    const table = parseInterrupts(fixture('interrupts/arm64-6.1'));
    expect(table.irqs.get(11)).toMatchObject({
      chip: 'GICv2',
      hardwareIrq: 30,
      trigger: 'Level',
      devices: ['arch_timer'],
    });
    expect(table.irqs.get(40)).toMatchObject({
      chip: 'BRCM STB PCIe MSI',
      hardwareIrq: 524288,
      trigger: 'Edge',
      devices: ['xhci_hcd'],
    });
    expect(table.irqs.get(56)).toMatchObject({ trigger: 'gpio', devices: ['button'] });
    expect(table.arch.get('IPI0')).toMatchObject({
      description: 'Rescheduling interrupts',
      counts: [12345, 23456, 34567, 45678],
    });
    expect(table.arch.get('Err')?.perCpu).toBe(false);
  });

  it('reads controllers without hardware numbers', () => {
    const table = parseInterrupts(fixture('interrupts/xen-5.10'));
    expect(table.irqs.get(48)).toMatchObject({
      chip: 'xen-percpu',
      hardwareIrq: undefined,
      trigger: 'virq',
      devices: ['timer0'],
    });
    expect(table.irqs.get(75)?.devices).toEqual(['eth0-q0-tx']);
  });

  it('takes an empty text and a missing file', () => {
    expect(parseInterrupts('')).toEqual({ cpus: [], irqs: new Map(), arch: new Map() });
    expect(readInterrupts('/nonexistent').irqs.size).toBe(0);
  });
});

describe('parseSoftirqs', () => {
  it('reads every vector of every CPU', () => {
    const table = parseSoftirqs(fixture('softirqs/x86-6.18'));
    expect(table.cpus).toEqual([0, 1]);
    expect([...table.counts.keys()]).toEqual([...SOFTIRQ_NAMES]);
    for (const counts of table.counts.values()) expect(counts).toHaveLength(2);
    expect(table.counts.get('TIMER')?.[0]).toBeGreaterThan(0);
  });

  it('takes a missing file', () => expect(readSoftirqs('/nonexistent').counts.size).toBe(0));
});
