import { onSameSideOfCutoff, signatureOfRevision, verifyDigest } from './amd-patch-id.ts';
import { findPatch, patchLevel } from './amd-request.ts';
import { type LoadInput, loadCase } from './decide-load.ts';
import { intelCpu, intelFit } from './intel-match.ts';
import { gnrErratum } from './intel-request.ts';
import { bootSilicon, type LoadCase } from './load-case.ts';
import type { LoadReason } from './load-decision.ts';
import { loadReasons } from './load-reasons.ts';
import { earlyLoaderMissing } from './loader-switches.ts';
import type { OfferedUpdate } from './offered-file.ts';

const FIRST_ZEN_FAMILY = 0x17;

/** What the early loader does with an update that the initramfs holds. */
export interface EarlyLoadDecision {
  readonly loaded: boolean;
  /** Revision of every CPU afterwards. */
  readonly revision: number;
  readonly update: OfferedUpdate | null;
  /** What keeps it from loading; minimum revision, offline CPUs and BDX90 play no part here. */
  readonly reasons: readonly LoadReason[];
}

/** Reasons that only a late load knows. */
const LATE_ONLY: readonly string[] = ['primary-cpu-offline', 'smt-sibling-offline', 'minrev', 'amd-minrev-unsupported', 'erratum-bdx90', 'mixed-revision'];

/** scan_microcode(): the newest that fits; a flaw anywhere in the file makes the early loader drop it all. */
function earlyIntel(c: LoadCase): OfferedUpdate | null {
  if (c.file.flaw !== null || c.file.vendor !== 'GenuineIntel') return null;
  const cpu = intelCpu(c.b);
  let chosen: OfferedUpdate | null = null;
  for (const update of c.file.updates) {
    const fit = intelFit(c.b, update, cpu);
    if (update.revision <= (chosen?.revision ?? bootSilicon(c.threads)) || (fit !== 'fits' && fit !== 'assumed')) continue;
    if (!gnrErratum(c, update.revision)) chosen = update;
  }
  return chosen;
}

/**
 * load_ucode_amd_bsp(): from Zen on newer lines match the patch id with the CPU itself. Of one container the last match before a flaw counts; the
 * same revision is written again.
 */
function earlyAmd(c: LoadCase): OfferedUpdate | null {
  if (c.file.vendor !== 'AuthenticAMD') return null;
  const signature = c.b.cpuidRegister(1, 0, 'eax');
  const current = bootSilicon(c.threads);
  const byId = c.b.trait('amd-patch-id-match') && c.b.cpu.family >= FIRST_ZEN_FAMILY;
  const matches = c.file.updates.filter((update) => {
    if (c.file.flaw !== null && update.offset >= c.file.flaw.offset) return false;
    if (0xf + ((update.amd?.equivalenceId ?? 0) >>> 12) !== c.b.cpu.family) return false;
    if (!onSameSideOfCutoff(c.b, patchLevel(c, current), update.revision)) return false;
    return byId ? signatureOfRevision(update.revision) === signature : findPatch(c, [update], current) !== null;
  });
  const first = c.b.trait('amd-first-container-wins') ? matches[0]?.amd?.container : matches.at(-1)?.amd?.container;
  const mine = matches.filter((update) => update.amd?.container === first);
  const update = mine.at(-1);
  if (update === undefined || current > update.revision) return null;
  const digest = verifyDigest(c.b, {
    patch: update.revision,
    current: patchLevel(c, current),
    sha256: update.sha256,
    signature,
    extra: c.extraDigests,
    damaged: c.damaged,
  });
  return digest.passes ? update : null;
}

/**
 * What the boot-time loader does with the same file: signature, flags, newer, AMD digest and cut-off
 * (cpu/microcode/intel.c load_ucode_intel_bsp(), amd.c load_ucode_amd_bsp()).
 * @param input the kernel that boots, and threads with the revision the firmware leaves
 */
export function decideEarlyLoad(input: LoadInput): EarlyLoadDecision {
  const c = loadCase(input);
  c.b.begin();
  const missing = earlyLoaderMissing(c.b);
  const current = bootSilicon(c.threads);
  const update = missing.length > 0 ? null : c.b.cpu.vendor === 'AMD' ? earlyAmd(c) : earlyIntel(c);
  const rejected = update !== null && (c.damaged || c.rejects(0)) && update.revision !== current;
  const loaded = update !== null && !rejected;
  const reasons = loadReasons(c, missing).filter((reason) => !LATE_ONLY.includes(reason.code) && reason.hard);
  return { loaded, revision: loaded ? update.revision : current, update: loaded ? update : null, reasons: loaded ? [] : reasons };
}
