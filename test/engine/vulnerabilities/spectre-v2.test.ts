import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, type Case, LINES, type Line, line, SINGLE } from './support.ts';

/** Skylake with the microcode of 2018: IBRS, and RETBleed that needs it. */
const IBRS = ['IBRS', 'IBPB', 'STIBP', 'MSR_SPEC_CTRL'];
/** Ice Lake server. */
const EIBRS: Case = { model: 0x6a, has: IBRS, archCap: ['IBRS_ALL', 'RDCL_NO', 'ITS_NO', 'BHI_NO'] };
const ZEN2: Case = { vendor: 'AMD', family: 0x17, model: 0x31, has: ['IBPB', 'STIBP'] };
const SPEC_CTRL = 0x48;

/** The line up to the first semicolon. */
function mode(l: Line, one: Case): string | undefined {
  return line(booted(l, one), 'spectre_v2')?.split(';')[0];
}

function says(l: Line, one: Case, text: string): void {
  const { log } = booted(l, one);
  assert.ok(log.includes(text), `${l}: ${text}\nin ${log.join('\n')}`);
}

for (const l of LINES) {
  test(`${l}: what each word of spectre_v2= gives where the CPU can have it`, () => {
    const has = [...IBRS, 'LFENCE_RDTSC'];
    const given = (word: string, one: Case = { has }): string | undefined => mode(l, { ...one, cmdline: `spectre_v2=${word}` });
    assert.equal(mode(l, { has }), 'Mitigation: IBRS');
    assert.equal(given('auto'), 'Mitigation: IBRS');
    assert.equal(given('off'), 'Vulnerable');
    assert.equal(given('retpoline'), 'Mitigation: Retpolines');
    assert.equal(given('retpoline,generic'), 'Mitigation: Retpolines');
    assert.equal(given('retpoline,lfence'), 'Vulnerable: LFENCE');
    assert.equal(given('retpoline,amd'), 'Vulnerable: LFENCE');
    assert.equal(given('ibrs'), 'Mitigation: IBRS');
    const server = { ...EIBRS, has };
    assert.equal(mode(l, server), 'Mitigation: Enhanced / Automatic IBRS');
    assert.equal(given('eibrs', server), 'Mitigation: Enhanced / Automatic IBRS');
    assert.equal(given('eibrs,lfence', server), 'Mitigation: Enhanced / Automatic IBRS + LFENCE');
    assert.equal(given('eibrs,retpoline', server), 'Mitigation: Enhanced / Automatic IBRS + Retpolines');
    assert.equal(given('retpoline', server), 'Mitigation: Retpolines');
    assert.equal(given('ibrs', server), 'Mitigation: IBRS');
    says(
      l,
      { ...server, cmdline: 'spectre_v2=ibrs' },
      'Spectre V2 : WARNING: IBRS mitigation selected on Enhanced IBRS CPU, this may cause unnecessary performance loss',
    );
  });

  test(`${l}: spectre_v2=on takes the automatic mode, and STIBP and IBPB for all`, () => {
    const text = line(booted(l, { has: IBRS, cmdline: 'spectre_v2=on' }), 'spectre_v2');
    // 7.2 looks at RETBleed for `auto` alone.
    assert.equal(text?.split(';')[0], l === '7.2' ? 'Mitigation: Retpolines' : 'Mitigation: IBRS');
    assert.match(text ?? '', /IBPB: always-on/);
    assert.match(text ?? '', /STIBP: forced/);
    const spared = booted(l, { vendor: 'ZHAOXIN', family: 7, model: 0x3b, has: IBRS, cmdline: 'spectre_v2=on' });
    assert.equal(spared.bug('SPECTRE_V2'), l === '7.2', 'a CPU without the bug: only where the word is an early option does it set the bug');
  });

  test(`${l}: nospectre_v2 cannot be taken back; mitigations=off can where a word is given to phases`, () => {
    assert.equal(mode(l, { has: IBRS, cmdline: 'nospectre_v2 spectre_v2=ibrs' }), 'Vulnerable');
    assert.equal(mode(l, { has: IBRS, cmdline: 'spectre_v2=ibrs nospectre_v2' }), 'Vulnerable');
    assert.equal(mode(l, { has: IBRS, cmdline: 'mitigations=off' }), 'Vulnerable');
    assert.equal(mode(l, { has: IBRS, cmdline: 'mitigations=off spectre_v2=ibrs' }), l === '7.2' ? 'Mitigation: IBRS' : 'Vulnerable');
    assert.equal(mode(l, { has: IBRS, cmdline: 'spectre_v2=off spectre_v2=retpoline' }), 'Mitigation: Retpolines', 'the last one counts');
    assert.equal(
      mode(l, { has: IBRS, cmdline: 'spectre-v2=retpoline' }),
      l === '7.2' ? 'Mitigation: Retpolines' : 'Mitigation: IBRS',
      'a dash for an underscore',
    );
  });

  test(`${l}: a word that this CPU or build cannot have, in the kernel's words`, () => {
    const single = l !== '7.2';
    const refused = (one: Case, word: string, why: string, name: string): void => {
      says(l, { ...one, cmdline: `spectre_v2=${word}` }, `Spectre V2 : ${single ? word : name} ${why}. Switching to AUTO select`);
    };
    const noRetpoline = { CONFIG_MITIGATION_RETPOLINE: 'n', CONFIG_RETPOLINE: 'n' };
    const noEntry = { CONFIG_MITIGATION_IBRS_ENTRY: 'n', CONFIG_CPU_IBRS_ENTRY: 'n' };
    const noEibrs = "selected but CPU doesn't have Enhanced or Automatic IBRS";
    const noLfence = "selected, but CPU doesn't have a serializing LFENCE";
    for (const word of ['retpoline', 'retpoline,generic', 'retpoline,lfence', 'eibrs,retpoline'])
      refused({ has: IBRS, config: noRetpoline }, word, 'selected but not compiled in', 'RETPOLINE');
    for (const word of ['eibrs', 'eibrs,lfence', 'eibrs,retpoline']) refused({ has: IBRS }, word, noEibrs, 'EIBRS');
    refused({ has: IBRS }, 'retpoline,lfence', noLfence, 'LFENCE');
    refused(EIBRS, 'eibrs,lfence', noLfence, 'LFENCE');
    refused({ has: IBRS, config: noEntry }, 'ibrs', 'selected but not compiled in', 'IBRS');
    refused(ZEN2, 'ibrs', 'selected but not Intel CPU', 'IBRS');
    refused({}, 'ibrs', "selected but CPU doesn't have IBRS", 'IBRS');
    refused({ has: [...IBRS, 'XENPV'] }, 'ibrs', 'selected but running as XenPV guest', 'IBRS');
    assert.equal(mode(l, { has: IBRS, cmdline: 'spectre_v2=retpoline', config: noRetpoline }), 'Mitigation: IBRS');
    assert.equal(mode(l, { has: [], config: noRetpoline }), 'Vulnerable');
    says(l, { config: noRetpoline }, 'Spectre V2 : Kernel not compiled with retpoline; no mitigation available!');
  });

  test(`${l}: unprivileged BPF beside eIBRS`, () => {
    const config = { CONFIG_BPF_UNPRIV_DEFAULT_OFF: 'n' };
    assert.equal(line(booted(l, { ...EIBRS, config }), 'spectre_v2'), 'Vulnerable: eIBRS with unprivileged eBPF');
    says(l, { ...EIBRS, config }, 'Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on, data leaks possible via Spectre v2 BHB attacks!');
    const lfence: Case = { ...EIBRS, config, has: [...IBRS, 'LFENCE_RDTSC'], cmdline: 'spectre_v2=eibrs,lfence' };
    assert.equal(line(booted(l, lfence), 'spectre_v2'), 'Vulnerable: eIBRS+LFENCE with unprivileged eBPF and SMT');
    assert.equal(mode(l, { ...lfence, smt: false }), 'Mitigation: Enhanced / Automatic IBRS + LFENCE');
    says(l, lfence, 'WARNING: Unprivileged eBPF is enabled with eIBRS+LFENCE mitigation and SMT, data leaks possible via Spectre v2 BHB attacks!');
    assert.equal(mode(l, { ...EIBRS, config: { ...config, CONFIG_BPF_SYSCALL: 'n' } }), 'Mitigation: Enhanced / Automatic IBRS');
  });

  test(`${l}: SPEC_CTRL, EFER, firmware and RSB`, () => {
    const ibrs = booted(l, { has: IBRS, msrs: { [SPEC_CTRL]: 0x85n } });
    assert.equal(ibrs.msr(SPEC_CTRL), 0x81n, 'what a kernel before this one left goes, reserved bits stay');
    assert.ok(ibrs.has('KERNEL_IBRS') && !ibrs.has('USE_IBRS_FW'));
    const retpoline = booted(l, { has: IBRS, cmdline: 'spectre_v2=retpoline' });
    assert.match(line(retpoline, 'spectre_v2') ?? '', /IBRS_FW; STIBP: conditional; RSB filling; PBRSB-eIBRS: Not affected/);
    const automatic = booted(l, { vendor: 'AMD', family: 0x19, model: 0x11, has: ['AUTOIBRS', 'IBPB'] });
    assert.equal(automatic.shared('efer_autoibrs'), true);
    assert.equal(automatic.written.has(SPEC_CTRL), false);
    assert.ok(booted(l, ZEN2).has('USE_IBPB_FW'));
    assert.equal(booted(l, { ...ZEN2, cmdline: 'retbleed=ibpb' }).has('USE_IBPB_FW'), false);
    const pbrsb = booted(l, { ...EIBRS, archCap: ['IBRS_ALL'] });
    assert.match(line(pbrsb, 'spectre_v2') ?? '', /PBRSB-eIBRS: SW sequence/);
    assert.ok(pbrsb.has('RSB_VMEXIT_LITE'));
    assert.match(line(booted(l, { ...EIBRS, archCap: ['IBRS_ALL'], cmdline: 'spectre_v2=off' }), 'spectre_v2') ?? '', /PBRSB-eIBRS: Vulnerable/);
  });

  test(`${l}: retpolines switch RRSBA off where the CPU has it and lets it be`, () => {
    const with2 = (archCap: NonNullable<Case['archCap']>, has: readonly string[]): Case => ({ ...EIBRS, archCap, has, cmdline: 'spectre_v2=eibrs,retpoline' });
    const off = booted(l, with2(['IBRS_ALL', 'RRSBA'], [...IBRS, 'RRSBA_CTRL']));
    assert.equal((off.msr(SPEC_CTRL) ?? 0n) & 0x40n, 0x40n);
    assert.equal(booted(l, with2(['IBRS_ALL'], IBRS)).shared('rrsba_disabled'), true, 'not there, so nothing to switch off');
    assert.notEqual(booted(l, with2(['IBRS_ALL', 'RRSBA'], IBRS)).shared('rrsba_disabled'), true);
  });
}

for (const l of SINGLE) {
  test(`${l}: an unknown word is printed as far as the kernel's buffer holds it`, () => {
    const then = l === '6.1' ? 'AUTO select' : 'default mode';
    says(l, { has: IBRS, cmdline: 'spectre_v2=retpolines' }, `Spectre V2 : unknown option (retpolines). Switching to ${then}`);
    says(l, { has: IBRS, cmdline: 'spectre_v2=0123456789012345678901' }, `Spectre V2 : unknown option (0123456789012345678). Switching to ${then}`);
    says(l, { has: IBRS, cmdline: 'spectre_v2=' }, `Spectre V2 : unknown option (). Switching to ${then}`);
    assert.equal(mode(l, { has: IBRS, cmdline: 'spectre_v2' }), 'Mitigation: IBRS', 'without a value it is not found at all');
    says(l, { has: IBRS, cmdline: 'spectre_v2=retpoline' }, 'Spectre V2 : retpoline selected on command line.');
  });
}

test('7.2: an unknown word leaves the choice alone, a missing one is malformed', () => {
  const cmdline = 'spectre_v2=retpoline spectre_v2=retpolines spectre-v2';
  assert.equal(mode('7.2', { has: IBRS, cmdline }), 'Mitigation: Retpolines');
  says('7.2', { has: IBRS, cmdline }, 'Spectre V2 : Ignoring unknown spectre_v2 option (retpolines).');
  says('7.2', { has: IBRS, cmdline }, "Malformed early option 'spectre-v2'");
});

test('7.2: the vectors that Spectre v2 opens', () => {
  const both = 'mitigations=auto,no_user_kernel,no_guest_host';
  assert.equal(mode('7.2', { has: IBRS, cmdline: both }), 'Vulnerable');
  assert.equal(mode('7.2', { has: IBRS, cmdline: 'mitigations=auto,no_user_kernel' }), 'Mitigation: IBRS');
  assert.equal(mode('7.2', { has: IBRS, cmdline: `${both} spectre_v2=on` }), 'Mitigation: Retpolines');
});

test('a CPU without the bug', () => {
  for (const l of LINES) {
    const b = booted(l, { vendor: 'ZHAOXIN', family: 7, model: 0x3b, has: IBRS });
    assert.equal(line(b, 'spectre_v2'), 'Not affected');
    assert.match(line(b, 'retbleed') ?? '', /Not affected/);
  }
});
