import type { Inhibitor } from './inhibitor.ts';

/** Codes of the loader that stop a load, with who is behind them. What lifts them, the words of the views say under the same code. */
const KERNEL_RULES: Readonly<Record<string, string>> = {
  'loader-not-built': 'kernel configuration',
  'loader-disabled': 'kernel command line',
  'loader-unsupported': 'kernel',
  'primary-cpu-offline': 'cpu',
  'smt-sibling-offline': 'cpu',
  'not-newer': 'update',
  minrev: 'update',
  'amd-minrev-unsupported': 'kernel command line',
  'erratum-gnr98': 'cpu',
  'erratum-bdx90': 'cpu',
  'amd-signing-cutoff': 'update',
  'amd-digest': 'update',
  'no-file': 'file',
  'other-vendor': 'file',
  'other-signature': 'file',
  'other-platform': 'file',
  'bad-header': 'file',
  'second-container': 'file',
  'bad-checksum': 'file',
  truncated: 'file',
  'cpu-rejects': 'cpu',
};

/** What the loader itself refuses: held as long as its decision names the reason. */
export const kernelRules: readonly Inhibitor[] = Object.entries(KERNEL_RULES).map(([id, holder]) => ({
  id,
  enforcedBy: 'kernel' as const,
  severity: 'hard' as const,
  overridable: false,
  release: id,
  consequences: [],
  holders: ({ decision }) =>
    decision.reasons.filter((reason) => reason.code === id && reason.hard).map(({ args }) => ({ holder: String(args.option ?? args.by ?? holder), args })),
}));
