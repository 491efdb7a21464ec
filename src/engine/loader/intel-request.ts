import { hex } from '../../base/hex.ts';
import { intelCpu, intelFit } from './intel-match.ts';
import { llcSizePerCore } from './llc-size.ts';
import { bootShown, type LoadCase, NOTHING_REQUESTED, printOnce, type Requested } from './load-case.ts';
import { forceMinrev } from './loader-switches.ts';
import type { OfferedUpdate } from './offered-file.ts';

const BROADWELL_X = 0x4f;
const GRANITERAPIDS_X = 0xad;
const BDX_FIXED_IN = 0x0b000021;
const GNR_STEP = 0x1000405;
const LLC_LIMIT = 2621440;

/** What the kernel says of each flaw (cpu/microcode/intel.c). */
const FLAW_LINES: Readonly<Record<string, string>> = {
  'truncated-header': 'error! Truncated or inaccessible header in microcode data file',
  'total-size-too-small': 'error! Bad data in microcode data file (totalsize too small)',
  'truncated-file': 'error! Bad data in microcode data file (truncated file?)',
  'data-size-too-large': 'Error: bad microcode data file size.',
  'unknown-header-version': 'Error: invalid/unknown microcode update format.',
  'truncated-signature-table': 'Error: truncated extended signature table.',
  'signature-table-size-mismatch': 'Error: extended signature table size mismatch.',
  'bad-table-checksum': 'Bad extended signature table checksum, aborting.',
  'bad-data-checksum': 'Bad microcode data checksum, aborting.',
  'bad-signature-checksum': 'Bad extended signature checksum, aborting.',
};
/** The reader stops in the middle of the file; with the others the bytes were read and then failed a check. */
const UNREADABLE: readonly string[] = ['truncated-header', 'total-size-too-small', 'truncated-file'];

/** Erratum BDF90, later named BDX90: late loading may hang a Broadwell-X with a large cache per core (intel.c is_blacklisted()). */
export function bdxErratum({ b, threads }: LoadCase): boolean {
  const { family, model, stepping } = b.cpu;
  if (family !== 6 || model !== BROADWELL_X || stepping !== 1) return false;
  return b.cpu.revision < BDX_FIXED_IN && llcSizePerCore(b, threads) > LLC_LIMIT;
}

/** Erratum GNR98: a machine check on the way over revision 0x1000405 (intel.c revision_is_safe()). */
export function gnrErratum({ b, threads }: LoadCase, revision: number): boolean {
  if (!b.trait('erratum-gnr98')) return false;
  const { family, model, stepping } = b.cpu;
  if (family !== 6 || model !== GRANITERAPIDS_X || stepping !== 1 || ((intelCpu(b).platformMask ?? 0x95) & 0x95) === 0) return false;
  return bootShown(threads) < GNR_STEP && revision > GNR_STEP;
}

/** ucode_validate_minrev(): the lines it prints, none where the update is safe to load late. */
export function minrevLines(c: LoadCase, update: OfferedUpdate): string[] {
  if (!c.b.trait('microcode-minrev')) return [];
  if (update.minRevision === 0) return ['microcode: Unsafe microcode update: Microcode header does not specify a required min version'];
  if (c.b.cpu.revision >= update.minRevision) return [];
  return [
    `microcode: Unsafe microcode update: Current revision ${hex(c.b.cpu.revision)} too old`,
    `microcode: Current should be at ${hex(update.minRevision)} or higher. Use early loading instead`,
  ];
}

function flawLines(c: LoadCase, flaw: string): readonly string[] {
  if (c.file.flawLog !== undefined) return c.file.flawLog;
  const line = `microcode: ${FLAW_LINES[flaw] ?? FLAW_LINES['unknown-header-version']}`;
  if (flaw !== 'unknown-header-version' || !c.b.trait('microcode-rendezvous')) return [line];
  const bad = c.file.updates.find((update) => update.offset === c.file.flaw?.offset);
  return [`${line} Header type ${(bad?.intel?.headerVersion ?? 0) | 0}`];
}

/** A damaged last update leaves nothing unread behind it, which older lines take for the end of a good file. */
function toleratedFlaw(c: LoadCase): boolean {
  const { flaw, updates, bytesBehind } = c.file;
  if (c.b.trait('microcode-rendezvous') || flaw === null) return false;
  if (bytesBehind !== undefined) return bytesBehind === 0;
  return !UNREADABLE.includes(flaw.flaw) && updates.at(-1)?.offset === flaw.offset;
}

interface Chosen {
  update: OfferedUpdate | null;
  safe: boolean;
  readonly log: string[];
  readonly printedOnce: string[];
}

function consider(c: LoadCase, update: OfferedUpdate, floor: number, chosen: Chosen): void {
  if (floor >= update.revision) return;
  const fit = intelFit(c.b, update, intelCpu(c.b));
  if (fit !== 'fits' && fit !== 'assumed') return;
  if (gnrErratum(c, update.revision)) {
    if (chosen.printedOnce.includes('gnr98')) return;
    const once = printOnce(c.b, 'gnr98', [`microcode: Erratum GNR98: skipping revision ${hex(update.revision)}.`]);
    chosen.log.push(...once.log);
    chosen.printedOnce.push(...once.printedOnce);
    return;
  }
  const lines = minrevLines(c, update);
  chosen.log.push(...lines);
  if (lines.length > 0 && forceMinrev(c.b)) return;
  chosen.update = update;
  chosen.safe = c.b.trait('microcode-minrev') && lines.length === 0;
}

/**
 * request_microcode_fw() and parse_microcode_blobs() (6.1: generic_load_microcode()) of cpu/microcode/intel.c: reads the
 * file for CPU 0 and picks the newest update that fits.
 */
export function requestIntel(c: LoadCase): Requested {
  const { b, file } = c;
  const none: Requested = { ...NOTHING_REQUESTED, cache: c.cache };
  if (bdxErratum(c)) return { ...none, ...bdxLines(c) };
  if (!file.present || file.vendor !== 'GenuineIntel') return none;
  const chosen: Chosen = { update: null, safe: false, log: [], printedOnce: [] };
  for (const update of file.updates) {
    if (file.flaw !== null && update.offset >= file.flaw.offset) break;
    consider(c, update, chosen.update?.revision ?? bootShown(c.threads), chosen);
  }
  const { log, printedOnce } = chosen;
  if (file.flaw !== null) {
    log.push(...flawLines(c, file.flaw.flaw));
    if (!toleratedFlaw(c)) return { ...none, state: 'error', log, printedOnce };
  }
  if (chosen.update === null) return { ...none, log, printedOnce };
  // 6.1 keeps the patch as soon as it was found, later lines when a CPU has taken it.
  const cache = b.trait('microcode-rendezvous') ? c.cache : keepNewest(c.cache, chosen.update);
  return { state: chosen.safe ? 'new-safe' : 'new', update: chosen.update, log, cache, printedOnce };
}

function keepNewest(cache: readonly OfferedUpdate[], update: OfferedUpdate): readonly OfferedUpdate[] {
  const newest = Math.max(0, ...cache.map((kept) => kept.revision));
  return update.revision > newest ? [update] : cache;
}

function bdxLines(c: LoadCase): { log: readonly string[]; printedOnce: readonly string[] } {
  const name = c.b.trait('bdx90-name') ? 'BDX90' : 'BDF90';
  return printOnce(c.b, 'bdx90', [
    `microcode: Erratum ${name}: late loading with revision < 0x0b000021 (${hex(c.b.cpu.revision)}) disabled.`,
    'microcode: Please consider either early loading through initrd/built-in or a potential BIOS update.',
  ]);
}
