import { SIGNING_CUTOFFS, type SigningCutoffs } from './signing-cutoff.ts';

/** The modelled kernel lines, oldest first. */
export const KERNEL_LINES = ['6.1', '6.12', '7.2'] as const;

export type KernelLine = (typeof KERNEL_LINES)[number];

/** What differs between the loaders of the kernel lines, each clause by name. */
export interface LoaderTraits {
  /** A bad update spoils the whole file; without this only where bytes are left behind it. */
  readonly badUpdateSpoilsFile: boolean;
  /** A file that yields nothing, or a bad one, makes the write fail. */
  readonly reportsErrors: boolean;
  /** The format message names the header type it found. */
  readonly namesHeaderType: boolean;
  /** Sizes inside an Intel update are computed as signed or 32-bit numbers, and wrap. */
  readonly narrowSizes: boolean;
  /** An update without platform flags fits every platform id; else it fits none. */
  readonly emptyFlagsFitAll: boolean;
  /** The minimum revision of the Intel header is read. */
  readonly readsMinRevision: boolean;
  /** Granite Rapids must not jump over revision 0x1000405. */
  readonly knowsGnr98: boolean;
  /** How the Broadwell-X erratum is printed. */
  readonly broadwellErratum: 'BDF90' | 'BDX90';
  /** Zen patches are matched by the CPU in their patch id, and not through the equivalence table. */
  readonly zenByPatchId: boolean;
  /** AMD: signing cut-offs, and with them digests of known patches; null where the line knows neither. */
  readonly signingCutoffs: SigningCutoffs | null;
  /** AMD: a CPU that reports revision 0 is taken to have the lowest of its kind. */
  readonly fillsInRevision: boolean;
}

const SINCE_6_12 = {
  badUpdateSpoilsFile: true,
  reportsErrors: true,
  namesHeaderType: true,
  narrowSizes: true,
  readsMinRevision: true,
  zenByPatchId: true,
} as const;

const TRAITS: Readonly<Record<KernelLine, LoaderTraits>> = {
  '6.1': {
    badUpdateSpoilsFile: false,
    reportsErrors: false,
    namesHeaderType: false,
    narrowSizes: false,
    emptyFlagsFitAll: false,
    readsMinRevision: false,
    knowsGnr98: false,
    broadwellErratum: 'BDF90',
    zenByPatchId: false,
    signingCutoffs: null,
    fillsInRevision: false,
  },
  '6.12': {
    ...SINCE_6_12,
    signingCutoffs: SIGNING_CUTOFFS['6.12'],
    emptyFlagsFitAll: false,
    knowsGnr98: false,
    broadwellErratum: 'BDF90',
    fillsInRevision: false,
  },
  '7.2': { ...SINCE_6_12, signingCutoffs: SIGNING_CUTOFFS['7.2'], emptyFlagsFitAll: true, knowsGnr98: true, broadwellErratum: 'BDX90', fillsInRevision: true },
};

/**
 * @param line a modelled kernel line
 * @returns how its loader reads files
 * @source cpu/microcode/{core,intel,amd}.c of the three lines
 */
export function loaderTraits(line: KernelLine): LoaderTraits {
  return TRAITS[line];
}
