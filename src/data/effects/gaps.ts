import type { Gap } from './types.ts';

/**
 * What is known to be unknown. A step that touches one of these is described with `unknownEffects: true`.
 * Dates: the release that announced it (Intel's release notes), or the kernel document that first names the bit.
 */
export const effectGaps: readonly Gap[] = [
  {
    id: 'tsx-before-2018',
    vendor: 'GenuineIntel',
    released: [null, '2017-12-31'],
    needs: ['cpuid:7.0.ebx[11]'],
    without: [],
    text: 'release notes before 2018 name no effects; some of those updates took TSX away',
  },
  {
    id: 'rtm-always-abort',
    vendor: 'GenuineIntel',
    released: ['2021-06-08', '2022-02-07'],
    needs: ['cpuid:7.0.ebx[11]'],
    without: ['cpuid:7.0.edx[11]'],
    text: 'the releases of 2021-06-08 and 2022-02-07 disable TSX on several processors and name none: RTM may be lost, RTM_ALWAYS_ABORT may appear',
  },
  {
    id: 'arch-capabilities',
    vendor: 'GenuineIntel',
    released: ['2022-02-07', null],
    needs: [],
    without: ['cpuid:7.0.edx[29]'],
    text: 'updates from 2022 on gave ARCH_CAPABILITIES to parts that had none; no release note says which and with what value',
  },
  {
    id: 'arch-capabilities-bits',
    vendor: 'GenuineIntel',
    released: ['2018-03-12', null],
    needs: ['cpuid:7.0.edx[29]'],
    without: [],
    text: 'bits of ARCH_CAPABILITIES (RSBA, RRSBA, FB_CLEAR_CTRL, MISC_PACKAGE_CTLS and others) were added without notice',
  },
  {
    id: 'bhi-ctrl',
    vendor: 'GenuineIntel',
    released: ['2022-02-07', null],
    needs: ['msr:10a[1]'],
    without: ['cpuid:7.2.edx[4]', 'msr:10a[20]'],
    text: 'no release note says which revision first shows BHI_CTRL (CPUID 7.2 EDX[4]) and its neighbours',
  },
  {
    id: 'amd-no-notes',
    vendor: 'AuthenticAMD',
    released: [null, null],
    needs: [],
    without: [],
    text: 'AMD publishes no list of what an update changes; known are only the revisions that kernels and packages ask for',
  },
];
