import assert from 'node:assert/strict';
import test from 'node:test';
import { lateLoad } from '../../../src/engine/events/microcode-late-load.ts';
import { policyOf } from '../../../src/engine/policies/policy.ts';
import { reevaluate } from '../../../src/engine/policies/reevaluate.ts';
import { type Asked, ask, LINES, row, setUp } from './support.ts';

/* UEK4 does not parse the command line again: rules decide what becomes of the user's own choices. Each has a case here. */

const GAINS = { profile: 'skylake-06-5e-03-ba', blob: 'skylake-06-5e-03-c6', policy: 'uek4' } as const;
const GAINS_MD_CLEAR = { profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc', policy: 'uek4' } as const;

async function rules(asked: Asked): Promise<Record<string, unknown>> {
  const { reevaluation } = await ask(asked);
  return Object.fromEntries(reevaluation!.findings.filter(({ code }) => code === 'uek4-rule').map(({ args }) => [args.area, args.did]));
}

for (const line of LINES) {
  test(`${line}: SSB: SSBD that is new brings the default, whatever the user had said`, async () => {
    const plain = row(await ask({ line, ...GAINS }), 'spec_store_bypass');
    assert.equal(plain.reported, 'Mitigation: Speculative Store Bypass disabled via prctl and seccomp');
    assert.deepEqual([plain.effective.state, plain.verdict], ['protected', 're-evaluated']);
    const off = row(await ask({ line, ...GAINS, cmdline: 'nospec_store_bypass_disable' }), 'spec_store_bypass');
    assert.equal(off.reported, plain.reported);
    assert.equal(off.verdict, 'opt-out-overridden');
  });

  test(`${line}: SSB: SSBD of the boot leaves the user's choice`, async () => {
    const asked = { line, ...GAINS_MD_CLEAR, cmdline: 'spec_store_bypass_disable=off' };
    assert.equal((await rules(asked)).ssb, 'choice-kept');
    assert.equal(row(await ask(asked), 'spec_store_bypass').reported, 'Vulnerable');
  });

  test(`${line}: SSB: a bug that is gone`, async () => {
    const asked: Asked = {
      line,
      profile: 'skylake-06-5e-03-cc',
      changes: [{ bit: 'cpuid:7.0.edx[29]', change: 'set' }],
      blob: [{ bit: 'msr:10a[4]', change: 'set' }],
      policy: 'uek4',
    };
    assert.equal((await rules(asked)).ssb, 'bug-gone');
    assert.equal(row(await ask(asked), 'spec_store_bypass').reported, 'Not affected');
  });

  test(`${line}: Spectre v2: without IBRS at boot the default is chosen and runs at once`, async () => {
    const report = await ask({ line, ...GAINS });
    const spectre = row(report, 'spectre_v2');
    assert.match(spectre.reported, /IBPB: conditional/);
    assert.equal(spectre.parts.find(({ part }) => part === 'user')!.late, 'protected');
    assert.equal(report.states?.late.engaged.ibpbOnSwitch, 'opted-in');
    assert.notEqual(spectre.verdict, 'not-engaged');
  });

  test(`${line}: Spectre v2: the user's nospectre_v2 is forgotten where IBRS is new, and so is mitigations=off`, async () => {
    for (const cmdline of ['nospectre_v2', 'mitigations=off']) {
      const spectre = row(await ask({ line, ...GAINS, cmdline }), 'spectre_v2');
      assert.match(spectre.before, /^Vulnerable/);
      assert.match(spectre.reported, /^Mitigation/, cmdline);
      assert.equal(spectre.verdict, 'opt-out-overridden', cmdline);
    }
  });

  test(`${line}: Spectre v2: IBRS of the boot keeps the user's command line`, async () => {
    const asked = { line, ...GAINS_MD_CLEAR, cmdline: 'nospectre_v2' };
    assert.equal((await rules(asked)).spectre_v2, 'choice-kept');
    assert.equal(row(await ask(asked), 'spectre_v2').reported, row(await ask(asked), 'spectre_v2').before);
  });

  test(`${line}: Spectre v2: a second update does nothing more`, async () => {
    const set = await setUp({ line, ...GAINS });
    const once = reevaluate(lateLoad(set.machine, set.load).machine, policyOf('uek4'));
    const twice = reevaluate(once.machine, policyOf('uek4'));
    const did = twice.findings.find(({ args }) => args.area === 'spectre_v2');
    assert.equal(did?.args.did, 'choice-kept');
    assert.equal(twice.machine.kernel.choice('spectre_v2'), once.machine.kernel.choice('spectre_v2'));
  });

  test(`${line}: noibrs and noibpb are respected in the rescan`, async () => {
    const noibpb = row(await ask({ line, ...GAINS, cmdline: 'noibpb' }), 'spectre_v2');
    assert.doesNotMatch(noibpb.reported, /IBPB/);
    const noibrs = row(await ask({ line, ...GAINS, cmdline: 'noibrs' }), 'spectre_v2');
    assert.match(noibrs.reported, /^Mitigation: Retpolines.*IBPB: conditional/);
    assert.doesNotMatch(noibrs.reported, /IBRS_FW|Mitigation: IBRS/);
  });

  test(`${line}: MDS: the mode without microcode is judged again`, async () => {
    const report = await ask({ line, ...GAINS_MD_CLEAR });
    const mds = row(report, 'mds');
    assert.deepEqual([mds.reported, mds.verdict], [mds.afterReboot, 're-evaluated']);
    assert.match(mds.before, /no microcode/);
    // TAA is not handled.
    assert.equal(row(report, 'tsx_async_abort').reported, row(report, 'tsx_async_abort').before);
  });

  test(`${line}: MDS: without MD_CLEAR it goes back to the mode without microcode`, async () => {
    const asked = { line, ...GAINS };
    assert.equal((await rules(asked)).mds, 'judged-again');
    assert.match(row(await ask(asked), 'mds').reported, /no microcode/);
  });

  test(`${line}: MDS: off is the user's choice`, async () => {
    const asked = { line, ...GAINS_MD_CLEAR, cmdline: 'mds=off tsx_async_abort=off mmio_stale_data=off' };
    assert.equal((await rules(asked)).mds, 'choice-kept');
    assert.match(row(await ask(asked), 'mds').reported, /^Vulnerable; SMT/);
  });

  test(`${line}: MDS: a bug that is gone takes the one static key along, whoever else needs VERW`, async () => {
    const asked: Asked = {
      line,
      profile: 'skylake-06-5e-03-cc',
      changes: [{ bit: 'cpuid:7.0.edx[29]', change: 'set' }],
      blob: [{ bit: 'msr:10a[5]', change: 'set' }],
      policy: 'uek4',
    };
    const report = await ask(asked);
    assert.equal(row(report, 'mds').reported, 'Not affected');
    assert.equal(report.states?.late.engaged.verwOnExit, false);
    const others = report.reevaluation!.findings.find(({ code }) => code === 'uek4-verw-off-for-all');
    assert.ok(JSON.stringify(others?.args.bugs).includes('TAA'));
    assert.equal(row(report, 'tsx_async_abort').verdict, 'hazard');
  });

  test(`${line}: nothing follows a load that failed`, async () => {
    const report = await ask({ line, ...GAINS_MD_CLEAR, cpuRejects: true });
    assert.deepEqual(report.reevaluation!.findings, []);
    assert.equal(row(report, 'mds').reported, row(report, 'mds').before);
  });

  test(`${line}: SRBDS and KVM are not looked at`, async () => {
    const report = await ask({ line, profile: 'skylake-06-5e-03-cc', blob: 'skylake-06-5e-03-dc', kvm: true, policy: 'uek4' });
    assert.equal(row(report, 'srbds').reported, row(report, 'srbds').before);
    assert.deepEqual(report.states?.late.kvm, report.states?.before.kvm);
  });
}
