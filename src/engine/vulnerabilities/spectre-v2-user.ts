import type { Boot } from '../boot/boot.ts';
import { smtActive, smtPossible } from '../boot/smt.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { asBuffered, earlyValue, wordIn } from './_early-param.ts';
import { shouldMitigate, smtMitigations } from './_global.ts';
import { SPEC_CTRL, setStibp, specCtrlBase } from './_spec-ctrl.ts';
import { stibpIsImplied } from './spectre-v2/modes.ts';

/*
 * Spectre v2 between processes: IBPB when the CPU changes over to another one, STIBP between sibling threads. It speaks inside the line
 * of spectre_v2 and through prctl(PR_SPEC_INDIRECT_BRANCH); both follow the modes chosen at boot.
 */

const IBPB = 'spectre_v2_user_ibpb';
const STIBP = 'spectre_v2_user_stibp';
const NONE = 'SPECTRE_V2_USER_NONE';
const STRICT = 'SPECTRE_V2_USER_STRICT';
const PREFERRED = 'SPECTRE_V2_USER_STRICT_PREFERRED';
const PRCTL = 'SPECTRE_V2_USER_PRCTL';
const SECCOMP = 'SPECTRE_V2_USER_SECCOMP';

const WORDS: Readonly<Record<string, string>> = {
  auto: 'AUTO',
  off: 'NONE',
  on: 'FORCE',
  prctl: 'PRCTL',
  'prctl,ibpb': 'PRCTL_IBPB',
  seccomp: 'SECCOMP',
  'seccomp,ibpb': 'SECCOMP_IBPB',
};

function initial(b: Boot): void {
  b.begin();
  b.choose(IBPB, NONE, 'spectre_v2_user/default');
  b.choose(STIBP, NONE, 'spectre_v2_user/default');
  if (!b.trait('phased-mitigations')) return;
  b.share('spectre_v2_user_cmd', b.config('CONFIG_MITIGATION_SPECTRE_V2') ? 'AUTO' : 'NONE', 'spectre_v2_user/default');
  earlyValue(b, 'spectre_v2_user', (value) => {
    const command = wordIn(WORDS, value);
    if (command) b.share('spectre_v2_user_cmd', command, 'spectre_v2_user/parameter');
    else b.print(`Spectre V2 : Ignoring unknown spectre_v2_user option (${value}).`);
  });
}

/** spectre_v2_parse_user_cmdline() of 6.1 and 6.12. */
function parse(b: Boot): string {
  const general = b.shared('spectre_v2_cmd');
  if (general === 'NONE' || general === 'FORCE') return general;
  const fallback = b.config('CONFIG_MITIGATION_SPECTRE_V2') ? 'AUTO' : 'NONE';
  const word = b.param('spectre_v2_user');
  if (word === null) return fallback;
  const command = wordIn(WORDS, word);
  if (command === undefined) {
    b.print(
      `Spectre V2 : Unknown user space protection option (${asBuffered(word)}). Switching to ${b.trait('spectre-v2-default-mode') ? 'default' : 'AUTO select'}`,
    );
    return fallback;
  }
  if (b.bug('SPECTRE_V2') !== (command === 'FORCE')) b.print(`Spectre V2 : spectre_v2_user=${word} forced on command line.`);
  return command;
}

function seccompOrPrctl(b: Boot): string {
  return b.config('CONFIG_SECCOMP') ? SECCOMP : PRCTL;
}

function enableIbpb(b: Boot, mode: string): void {
  const always = mode === STRICT;
  b.share(always ? 'switch_mm_always_ibpb' : 'switch_mm_cond_ibpb', true, 'spectre_v2_user/apply/ibpb');
  b.print(`Spectre V2 : mitigation: Enabling ${always ? 'always-on' : 'conditional'} Indirect Branch Prediction Barrier`);
}

/** STIBP has no work: not there, no sibling can come, or the mode of Spectre v2 keeps the threads apart. */
function stibpNotNeeded(b: Boot): boolean {
  return !b.has('STIBP') || !smtPossible(b) || stibpIsImplied(b);
}

function forRetbleed(b: Boot): boolean {
  const retbleed = b.choice('retbleed');
  return retbleed === 'RETBLEED_MITIGATION_UNRET' || retbleed === 'RETBLEED_MITIGATION_IBPB';
}

const COMPLEMENT = 'Spectre V2 : Selecting STIBP always-on mode to complement retbleed mitigation';

function say(b: Boot, mode: string): void {
  b.print(`Spectre V2 : ${textOf(b, 'spectre_v2_user_strings', mode)}`);
}

function selectAtOnce(b: Boot): void {
  if (!b.has('IBPB') && !b.has('STIBP')) return;
  const command = parse(b);
  if (command === 'NONE') return say(b, NONE);
  let mode = command === 'FORCE' ? STRICT : command.startsWith('SECCOMP') ? seccompOrPrctl(b) : PRCTL;
  if (b.has('IBPB')) {
    b.force('USE_IBPB', 'spectre_v2_user/select/ibpb');
    const ibpb = command === 'FORCE' || command.endsWith('_IBPB') ? STRICT : mode;
    b.choose(IBPB, ibpb, 'spectre_v2_user/select/ibpb');
    enableIbpb(b, ibpb);
  }
  if (stibpNotNeeded(b)) return b.leaveChoice(STIBP, 'spectre_v2_user/select/stibp-not-needed');
  if (mode !== STRICT && b.has('AMD_STIBP_ALWAYS_ON')) mode = PREFERRED;
  if (forRetbleed(b)) {
    if (mode !== STRICT && mode !== PREFERRED) b.print(COMPLEMENT);
    mode = PREFERRED;
  }
  b.choose(STIBP, mode, 'spectre_v2_user/select/stibp');
  say(b, mode);
}

/** What a command chooses for IBPB and for STIBP. */
function modesOf(b: Boot, command: string): readonly [ibpb: string, stibp: string] {
  switch (command) {
    case 'FORCE':
      return [STRICT, STRICT];
    case 'PRCTL':
      return [PRCTL, PRCTL];
    case 'PRCTL_IBPB':
      return [STRICT, PRCTL];
    case 'SECCOMP':
      return [seccompOrPrctl(b), seccompOrPrctl(b)];
    case 'SECCOMP_IBPB':
      return [STRICT, seccompOrPrctl(b)];
    default:
      if (!shouldMitigate(b, 'SPECTRE_V2_USER')) return [NONE, NONE];
      return [PRCTL, smtMitigations(b) === 'off' ? NONE : PRCTL];
  }
}

function select(b: Boot): void {
  if (!b.has('IBPB') && !b.has('STIBP')) return;
  const command = b.shared('spectre_v2_user_cmd') as string;
  if (command === 'NONE') return;
  const [ibpb, asked] = modesOf(b, command);
  const stibp = (asked === PRCTL || asked === SECCOMP) && b.has('AMD_STIBP_ALWAYS_ON') ? PREFERRED : asked;
  b.choose(IBPB, b.has('IBPB') ? ibpb : NONE, 'spectre_v2_user/select/ibpb');
  b.choose(STIBP, b.has('STIBP') ? stibp : NONE, 'spectre_v2_user/select/stibp');
}

function update(b: Boot): void {
  if (!b.has('IBPB') && !b.has('STIBP')) return;
  const general = b.shared('spectre_v2_cmd');
  if (general === 'NONE' || general === 'FORCE') {
    const mode = general === 'NONE' ? NONE : STRICT;
    b.choose(IBPB, mode, 'spectre_v2_user/update/spectre_v2-command');
    b.choose(STIBP, mode, 'spectre_v2_user/update/spectre_v2-command');
  }
  if (stibpNotNeeded(b)) return b.choose(STIBP, NONE, 'spectre_v2_user/update/stibp-not-needed');
  const stibp = b.choice(STIBP);
  if (stibp !== NONE && forRetbleed(b)) {
    if (stibp !== STRICT && stibp !== PREFERRED) b.print(COMPLEMENT);
    b.choose(STIBP, PREFERRED, 'spectre_v2_user/update/retbleed');
  }
  say(b, b.choice(STIBP));
}

function apply(b: Boot): void {
  const mode = b.choice(IBPB);
  if (mode === NONE) return;
  b.share('switch_vcpu_ibpb', true, 'spectre_v2_user/apply/ibpb');
  enableIbpb(b, mode);
}

function smtUpdate(b: Boot): void {
  const stibp = b.choice(STIBP);
  if (stibp === STRICT || stibp === PREFERRED) {
    const on = smtActive(b);
    if (on === ((specCtrlBase(b) & SPEC_CTRL.STIBP) !== 0n)) return;
    b.print(`Spectre V2 : Update user space SMT mitigation: STIBP ${on ? 'always-on' : 'off'}`);
    setStibp(b, on, 'spectre_v2_user/smt/stibp');
  } else if (stibp === PRCTL || stibp === SECCOMP) b.share('switch_to_cond_stibp', smtActive(b), 'spectre_v2_user/smt/conditional');
}

export const spectreV2User = defineVulnerability({
  id: 'spectre_v2_user',
  sysfs: null,
  bug: null,
  title: 'Spectre v2 between processes',
  cves: ['CVE-2017-5715'],
  document: 'spectre',
  parameters: ['spectre_v2_user'],
  initial,
  single: { spectre_v2_user_select_mitigation: selectAtOnce },
  phased: {
    spectre_v2_user_select_mitigation: select,
    spectre_v2_user_update_mitigation: update,
    spectre_v2_user_apply_mitigation: apply,
  },
  smtUpdate,
});
