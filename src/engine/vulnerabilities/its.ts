import type { Boot } from '../boot/boot.ts';
import { listed } from '../boot/cpu-match.ts';
import { archCap } from './_arch-cap.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { earlyValue, wordIn } from './_early-param.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { allOff, archCapNow, either, IMMUNE, ibpbIssued, NOT_PATCHED_IN, type Part, type Standing, siliconBehaves, siliconHas } from './_protection.ts';
import { callDepthPossible } from './spectre-v2/modes.ts';

/*
 * Indirect Target Selection. The kernel moves its indirect branches to safe halves of cache lines; microcode mends only IBPB and is enumerated
 * nowhere, so the file never speaks of it. BHI_CTRL is taken as proof of a part that is not affected.
 */

const OFF = 'ITS_MITIGATION_OFF';
const THUNKS = 'ITS_MITIGATION_ALIGNED_THUNKS';
const STUFF = 'ITS_MITIGATION_RETPOLINE_STUFF';
const VMEXIT = 'ITS_MITIGATION_VMEXIT_ONLY';

function affected(b: Boot): void {
  b.begin();
  if (b.cpu.vendor !== 'INTEL') return;
  // A guest may be moved to an affected host tomorrow, so one that sees no ITS_NO assumes the bug.
  const guest = b.has('HYPERVISOR');
  // The list first, other than in the kernel: of a part that is not on it nobody needs to know the MSR.
  if (!guest && !listed(b, 'blacklist', 'ITS')) return;
  if (archCap(b, 'ITS_NO') || b.has('BHI_CTRL')) return;
  b.forceBug('ITS', guest ? 'its/affected/hypervisor' : 'its/affected/listed');
  if (listed(b, 'blacklist', 'ITS_NATIVE_ONLY')) b.forceBug('ITS_NATIVE_ONLY', 'its/affected/native-only');
}

const WORDS: Readonly<Record<string, readonly [command: string, mode: string]>> = {
  off: ['ITS_CMD_OFF', OFF],
  on: ['ITS_CMD_ON', THUNKS],
  force: ['ITS_CMD_ON', THUNKS],
  vmexit: ['ITS_CMD_VMEXIT', VMEXIT],
  stuff: ['ITS_CMD_RSB_STUFF', STUFF],
};

function initial(b: Boot): void {
  b.begin();
  const built = b.config('CONFIG_MITIGATION_ITS');
  const phased = b.trait('phased-mitigations');
  b.choose('its', phased ? (built ? 'ITS_MITIGATION_AUTO' : OFF) : THUNKS, 'its/default');
  b.share('its_cmd', built ? 'ITS_CMD_ON' : 'ITS_CMD_OFF', 'its/default');
  earlyValue(b, 'indirect_target_selection', (value) => {
    if (!built) b.print(`ITS: Mitigation disabled at compile time, ignoring option (${value})`);
    else parseWord(b, value, phased);
  });
}

function parseWord(b: Boot, value: string, phased: boolean): void {
  const word = value === 'stuff' && !b.trait('call-depth-tracking') ? undefined : wordIn(WORDS, value);
  if (!word) return b.print(`ITS: Ignoring unknown indirect_target_selection option (${value}).`);
  if (phased) b.choose('its', word[1], 'its/parameter');
  else b.share('its_cmd', word[0], 'its/parameter');
  if (value === 'force') b.forceBug('ITS', 'its/parameter/force');
}

/** @returns why the mitigation cannot be had, in the kernel's words, or null. */
function impossible(b: Boot): string | null {
  if (!b.config('CONFIG_MITIGATION_RETPOLINE') || !b.config('CONFIG_MITIGATION_RETHUNK')) return 'ITS mitigation depends on retpoline and rethunk support';
  if (b.config('CONFIG_DEBUG_FORCE_FUNCTION_ALIGN_64B')) return 'ITS mitigation is not compatible with CONFIG_DEBUG_FORCE_FUNCTION_ALIGN_64B';
  return null;
}

function engageThunks(b: Boot, rule: string): void {
  if (!b.has('RETPOLINE')) b.force('INDIRECT_THUNK_ITS', rule);
  b.force('RETHUNK', rule);
  b.share('x86_return_thunk', 'its_return_thunk', rule);
}

function engageStuffing(b: Boot, rule: string): void {
  b.force('RETHUNK', rule);
  b.force('CALL_DEPTH', rule);
  b.share('x86_return_thunk', 'call_depth_return_thunk', rule);
}

function warnOff(b: Boot, why: string, rule: string): void {
  b.print(`ITS: WARNING: ${why}`);
  b.choose('its', OFF, rule);
}

function decideAtOnce(b: Boot): void {
  if (b.has('RETPOLINE') && b.has('CALL_DEPTH')) return b.choose('its', STUFF, 'its/select/retpoline-and-call-depth');
  let command = b.shared('its_cmd');
  if (command === 'ITS_CMD_OFF') return b.choose('its', OFF, 'its/select/off');
  if (b.choice('spectre_v2') === 'SPECTRE_V2_NONE') return warnOff(b, 'Spectre-v2 mitigation is off, disabling ITS', 'its/select/spectre_v2-off');
  const why = impossible(b);
  if (why) return warnOff(b, why, 'its/select/impossible');
  if (b.has('RETPOLINE_LFENCE')) return warnOff(b, 'ITS mitigation is not compatible with lfence mitigation', 'its/select/lfence');
  if (command === 'ITS_CMD_RSB_STUFF' && (!b.has('RETPOLINE') || !b.config('CONFIG_MITIGATION_CALL_DEPTH_TRACKING'))) {
    b.print('ITS: RSB stuff mitigation not supported, using default');
    command = 'ITS_CMD_ON';
  }
  if (command === 'ITS_CMD_VMEXIT' && b.bug('ITS_NATIVE_ONLY')) return b.choose('its', VMEXIT, 'its/select/vmexit');
  if (command !== 'ITS_CMD_RSB_STUFF') {
    b.choose('its', THUNKS, 'its/select/thunks');
    return engageThunks(b, 'its/select/thunks');
  }
  b.choose('its', STUFF, 'its/select/stuff');
  engageStuffing(b, 'its/select/stuff');
  if (b.choice('retbleed') !== 'RETBLEED_MITIGATION_NONE') return;
  b.choose('retbleed', 'RETBLEED_MITIGATION_STUFF', 'its/select/stuff-for-retbleed');
  b.print('ITS: Retbleed mitigation updated to stuffing');
}

/** its_select_mitigation() of 6.1 and 6.12. */
function selectAtOnce(b: Boot): void {
  if (!b.bug('ITS') || mitigationsOff(b)) return b.choose('its', OFF, 'its/select/not-affected');
  decideAtOnce(b);
  b.print(`ITS: ${show(b)}`);
}

function select(b: Boot): void {
  if (!b.bug('ITS')) return b.choose('its', OFF, 'its/select/not-affected');
  if (b.choice('its') === 'ITS_MITIGATION_AUTO') b.choose('its', shouldMitigate(b, 'ITS') ? THUNKS : OFF, 'its/select/auto');
  if (b.choice('its') === OFF) return;
  const why = impossible(b);
  if (why) return warnOff(b, why, 'its/select/impossible');
  if (b.choice('its') === STUFF && !b.config('CONFIG_MITIGATION_CALL_DEPTH_TRACKING')) {
    b.print('ITS: RSB stuff mitigation not supported, using default');
    b.choose('its', THUNKS, 'its/select/stuff-not-built');
  }
  if (b.choice('its') === VMEXIT && !b.bug('ITS_NATIVE_ONLY')) b.choose('its', THUNKS, 'its/select/not-native-only');
}

function update(b: Boot): void {
  if (!b.bug('ITS')) return;
  const mode = b.choice('spectre_v2');
  if (mode === 'SPECTRE_V2_NONE') {
    if (b.choice('its') !== OFF) b.print('ITS: WARNING: Spectre-v2 mitigation is off, disabling ITS');
    b.choose('its', OFF, 'its/update/spectre_v2-off');
  } else if (mode.endsWith('RETPOLINE')) {
    if (b.choice('retbleed') === 'RETBLEED_MITIGATION_STUFF') b.choose('its', STUFF, 'its/update/retbleed-stuff');
  } else if (mode.endsWith('LFENCE')) warnOff(b, 'ITS mitigation is not compatible with lfence mitigation', 'its/update/lfence');
  if (b.choice('its') === STUFF && !callDepthPossible(b, mode)) b.choose('its', THUNKS, 'its/update/stuff-needs-retpoline');
  b.print(`ITS: ${show(b)}`);
}

function apply(b: Boot): void {
  if (b.choice('its') === THUNKS) engageThunks(b, 'its/apply/thunks');
  else if (b.choice('its') === STUFF) engageStuffing(b, 'its/apply/stuff');
}

function show(b: Boot): string {
  return textOf(b, 'its_strings', b.choice('its'));
}

/** The branches are the kernel's own work. What microcode mends is IBPB, at once and wherever IBPB is issued, and nothing enumerates it. */
function protection(standing: Standing): Part[] {
  const { k } = standing;
  if (archCapNow(standing, 'ITS_NO')) return [{ part: 'branches', ...IMMUNE }];
  // The kernel takes BHI_CTRL for a proof as well: no part with the bug was made with it, so an update that adds it there is hard to believe.
  if (siliconHas(standing, 'cpuid:7.2.edx[4]')) return [{ part: 'branches', state: 'protected', why: 'bhi-ctrl-taken-as-proof', confidence: 'low' }];
  const off = k.params('indirect_target_selection').includes('off') || allOff(k, 'indirect_target_selection');
  return [branchesPart(k, off), ibpbPart(standing, off)];
}

function branchesPart(k: Boot, off: boolean): Part {
  const mode = k.choice('its');
  // Chosen after boot: returns and branches go where they were patched to go.
  if (mode !== OFF && mode !== VMEXIT && !k.runs('RETHUNK')) return { part: 'branches', state: 'exposed', why: NOT_PATCHED_IN };
  const optedOut = mode === OFF && off;
  const why = mode === OFF ? (off ? 'opted-out' : 'kernel-branches-unguarded') : mode === VMEXIT ? 'guests-only' : 'kernel-branches-guarded';
  return { part: 'branches', state: mode === VMEXIT ? 'partly' : either(mode !== OFF), why, optedOut };
}

/** Microcode mends IBPB and says so nowhere; what is not issued need not be mended. */
function ibpbPart(standing: Standing, off: boolean): Part {
  const mended = siliconBehaves(standing, 'its-ibpb-fixed');
  if (!ibpbIssued(standing.k)) return { part: 'ibpb', state: 'exposed', why: off ? 'opted-out' : 'ibpb-not-issued', optedOut: off };
  if (mended) return { part: 'ibpb', state: 'protected', why: 'its-ibpb-fixed' };
  return { part: 'ibpb', state: 'unknown', why: 'its-ibpb-unknown', confidence: 'medium' };
}

export const its = defineVulnerability({
  id: 'its',
  sysfs: 'indirect_target_selection',
  bug: 'ITS',
  title: 'Indirect Target Selection',
  cves: ['CVE-2024-28956'],
  document: 'indirect-target-selection',
  parameters: ['indirect_target_selection'],
  affected,
  initial,
  single: { its_select_mitigation: selectAtOnce },
  phased: { its_select_mitigation: select, its_update_mitigation: update, its_apply_mitigation: apply },
  show,
  protection,
});
