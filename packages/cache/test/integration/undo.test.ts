import { FakeRoots, fakeEnvironment, listStayingThreads } from '@hftmon/testkit';
import { describe, expect, it } from 'vitest';
import { LineSharing } from '../../src/sharing/line-sharing.js';
import { sharingSettings } from '../../src/sharing/settings.js';
import { offerSharing } from '../../src/sharing/sharing-support.js';

describe('a search for shared lines that cannot begin', () => {
  it('leaves no thread behind that samples', () => {
    using roots = new FakeRoots();
    const settings = sharingSettings({}, {});
    const offer = offerSharing(fakeEnvironment({ procRoot: '/proc', sysRoot: '/sys' }), settings);
    const begin = () =>
      new LineSharing({
        offer,
        settings,
        epochNs: 0n,
        procRoot: '/proc',
        sysRoot: roots.sysRoot,
        get writer(): never {
          throw new Error('on purpose');
        },
      });
    const before = listStayingThreads(process.pid);
    expect(begin).toThrow('on purpose');
    expect(listStayingThreads(process.pid)).toEqual(before);
  });
});
