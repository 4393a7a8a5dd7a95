import { describe, expect, it } from 'vitest';
import { mangledPrefixes } from '../../../src/span-probes/cxx-name.js';
import { nearNames } from '../../../src/span-probes/near-names.js';

describe('mangledPrefixes', () => {
  it.each([
    ['on_packet', ['_Z9on_packet']],
    ['feed::Handler::onPacket', ['_ZN4feed7Handler8onPacketE', '_ZNK4feed7Handler8onPacketE']],
    ['feed::Handler::operator()', []],
    ['feed::Handler<int>::onPacket', []],
  ])('of %s', (name, prefixes) => {
    expect(mangledPrefixes(name)).toEqual(prefixes);
  });
});

describe('nearNames', () => {
  const NAMES = ['on_packet', 'on_packets', 'on_packet.constprop.0', 'send_order', 'main'];

  it.each([
    ['on_packt', ['on_packet', 'on_packets']],
    ['on_packet', ['on_packet', 'on_packets', 'on_packet.constprop.0']],
    ['sned_order', ['send_order']],
    ['cancel_all', []],
  ])('of %s', (name, near) => {
    expect(nearNames(name, NAMES)).toEqual(near);
  });

  it('tells three at most', () => {
    expect(nearNames('f', ['f1', 'f2', 'f3', 'f4'])).toHaveLength(3);
  });
});
