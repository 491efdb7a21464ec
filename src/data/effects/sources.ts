import type { NoteId, SourceId } from './types.ts';

/** Where facts come from; the release of the fact is put after it. */
export const factSources: Readonly<Record<SourceId, string>> = {
  'intel-notes': "Intel's release notes (Debian intel-microcode changelog, upstream part)",
  hsd136: 'Intel erratum HSD136 and the distributions of that time; the release notes do not say it',
  'checker-reptar': 'spectre-meltdown-checker 26.36.0913490, reptar_ucode_list',
  'checker-bpi': 'spectre-meltdown-checker 26.36.0913490, bpi_ucode_list',
  'checker-zenbleed': 'spectre-meltdown-checker 26.36.0913490, has_zenbleed_fixed_firmware(), from kernel commit 522b1d69219d',
  'amd-package': 'Debian amd64-microcode changelog',
};

/** What a reader must know besides. */
export const factNotes: Readonly<Record<NoteId, string>> = {
  recalled: 'Intel recalled this release; most kernels refuse its speculation control (spectre_bad_microcodes)',
  withdrawn: 'withdrawn a week later, when the release of 2020-06-16 went back to 0xd6',
  reintroduced: 'the release of 2020-11-10 brought it back',
  'not-named': 'first published after January 2018 for this signature, which the statement does not name',
  'not-affected-by-l1tf': 'the part is not affected by L1TF and may not show it',
  'mds-no-steppings': 'only steppings with MDS_NO get it; others are covered by VERW',
  'older-build': 'this revision was first published in May 2019, half a year before the statement: the effect may have come with 0xc6 only',
  'erratum-hsd136': 'TSX was found to be faulty and is hidden from then on',
  'kernel-asks-more': 'the first fixed revision; Linux 7.2 asks for one or two more (amd_zenbleed_microcode)',
  'not-enumerated': 'Zen 3 and 4 do not show CPUID 80000021 EAX[28]: the kernel tries SBPB by writing PRED_CMD and forces IBPB_BRTYPE',
};
