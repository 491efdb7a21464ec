import assert from 'node:assert/strict';
import test from 'node:test';
import { lateLoad } from '../../../src/engine/events/microcode-late-load.ts';
import { policyOf } from '../../../src/engine/policies/policy.ts';
import { reevaluate } from '../../../src/engine/policies/reevaluate.ts';
import { evalReport } from '../../../src/engine/report/eval-report.ts';
import { type Asked, ask, feature, found, LINES, row, setUp } from './support.ts';

const GAINS_IBPB = { profile: 'skylake-06-5e-03-ba', blob: 'skylake-06-5e-03-c6', policy: 'rfc' } as const;
const bug = (name: string, report: Awaited<ReturnType<typeof ask>>) => report.bugs.find((one) => one.name === name);
const archCap = (bit: number, change: 'set' | 'clear') => ({ bit: `msr:10a[${bit}]`, change }) as const;
const [RDCL_NO, MDS_NO, PSCHANGE_MC_NO, TSX_CTRL, TAA_NO] = [0, 5, 6, 7, 8];
const HAS_ARCH_CAP = { bit: 'cpuid:7.0.edx[29]', change: 'set' } as const;

for (const line of LINES) {
  test(`${line}: a CPU that gains IBPB: sysfs says conditional, and no barrier is in the code`, async () => {
    const report = await ask({ line, ...GAINS_IBPB });
    const spectre = row(report, 'spectre_v2');
    assert.match(spectre.reported, /IBPB: conditional/);
    assert.doesNotMatch(spectre.before, /IBPB/);
    assert.equal(spectre.verdict, 'not-engaged');
    const user = spectre.parts.find(({ part }) => part === 'user')!;
    assert.deepEqual([user.before, user.late, user.afterReboot, user.why, user.verdict], ['exposed', 'exposed', 'protected', 'not-patched-in', 'not-engaged']);
    assert.equal(report.states?.late.engaged.ibpbOnSwitch, 'never');
    assert.equal(report.states?.reboot.engaged.ibpbOnSwitch, 'opted-in');
    assert.equal(report.summary.verdict, 'not-engaged');
    assert.equal(report.policy, 'rfc');
    assert.ok(report.summary.assumptions.includes('policy-port'));
    // In mainline the same load is stranded: the report claims nothing.
    assert.equal(row(await ask({ line, ...GAINS_IBPB, policy: 'mainline' }), 'spectre_v2').verdict, 'stranded');
  });

  test(`${line}: arch_smt_update() does not run, so STIBP stays out of the line`, async () => {
    const { reported, afterReboot } = row(await ask({ line, ...GAINS_IBPB }), 'spectre_v2');
    assert.doesNotMatch(reported, /STIBP/);
    assert.match(afterReboot, /STIBP: conditional/);
  });

  test(`${line}: bugs of the series' list go when the silicon says so, ITLB_MULTIHIT stays`, async () => {
    const gone: Asked = {
      line,
      profile: 'skylake-06-5e-03-cc',
      changes: [HAS_ARCH_CAP],
      blob: [RDCL_NO, MDS_NO, PSCHANGE_MC_NO, TAA_NO].map((bit) => archCap(bit, 'set')),
      policy: 'rfc',
    };
    const report = await ask(gone);
    for (const name of ['mds', 'l1tf', 'cpu_meltdown', 'taa'])
      assert.deepEqual([bug(name, report)?.before, bug(name, report)?.reported, bug(name, report)?.verdict], [true, false, 're-evaluated'], name);
    assert.deepEqual([bug('itlb_multihit', report)?.reported, bug('itlb_multihit', report)?.afterReboot], [true, false]);
    assert.equal(row(report, 'mds').reported, 'Not affected');
    assert.ok(row(report, 'itlb_multihit').reported.startsWith('KVM: '));
    // What the bug had patched in goes on.
    assert.equal(report.states?.late.engaged.verwOnExit, true);
    assert.ok(!report.states?.late.cpuinfo.bugs.includes('mds'));
    assert.deepEqual(report.states?.late.otherCpus, [], 'all CPUs say the same');
  });

  test(`${line}: TSX_CTRL that comes late switches TSX off on every CPU`, async () => {
    const report = await ask({ line, profile: 'cascadelake-06-55-07-5000021', blob: 'cascadelake-06-55-07-500002c', cmdline: 'tsx=off', policy: 'rfc' });
    const taa = row(report, 'tsx_async_abort');
    assert.deepEqual([taa.reported, taa.effective.state, taa.verdict], ['Mitigation: TSX disabled', 'protected', 're-evaluated']);
    assert.deepEqual([feature(report, 'rtm')?.before, feature(report, 'rtm')?.reported], [true, false]);
    assert.equal(report.states?.late.engaged.tsxCtrl, '0x3');
    assert.equal(
      row(await ask({ line, profile: 'cascadelake-06-55-07-5000021', blob: 'cascadelake-06-55-07-500002c', cmdline: 'tsx=off' }), 'tsx_async_abort').verdict,
      'stranded',
    );
  });

  test(`${line}: tsx=auto is judged on the boot CPU while the TAA bug is cleared`, async () => {
    const report = await ask({ line, profile: 'cascadelake-06-55-07-5000021', blob: 'cascadelake-06-55-07-500002c', cmdline: 'tsx=auto', policy: 'rfc' });
    assert.deepEqual(found(report), ['rfc-tsx-init-differs']);
    assert.equal(report.states?.late.engaged.tsxCtrl, '0x0');
    assert.equal(row(report, 'tsx_async_abort').verdict, 'not-engaged');
  });

  test(`${line}: user's choices are parsed again`, async () => {
    const cmdline = 'mds=off tsx_async_abort=off mmio_stale_data=off';
    const report = await ask({ line, profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc', cmdline, policy: 'rfc' });
    for (const name of ['mds', 'tsx_async_abort', 'mmio_stale_data']) assert.equal(row(report, name).reported, row(report, name).before, name);
  });

  test(`${line}: an MSR is written on one CPU only`, async () => {
    const report = await ask({ line, ...GAINS_IBPB, cmdline: 'spec_store_bypass_disable=on' });
    const ssb = row(report, 'spec_store_bypass');
    assert.equal(ssb.reported, 'Mitigation: Speculative Store Bypass disabled');
    assert.deepEqual([ssb.effective.state, ssb.effective.why, ssb.verdict], ['partly', 'one-cpu-only', 'not-engaged']);
    assert.equal(Number(report.states?.late.engaged.specCtrl) & 4, 4);
  });

  test(`${line}: SRBDS is the exception, its opt-out reaches all CPUs`, async () => {
    const asked: Asked = {
      line,
      profile: 'skylake-06-5e-03-cc',
      blob: [
        { bit: 'cpuid:7.0.edx[9]', change: 'set' },
        { msr: '0x123', exists: true, value: '0x0' },
      ],
      cmdline: 'srbds=off',
    };
    const mainline = row(await ask(asked), 'srbds');
    assert.equal(mainline.verdict, 'opt-out-overridden');
    const rfc = await ask({ ...asked, policy: 'rfc' });
    assert.deepEqual([row(rfc, 'srbds').reported, row(rfc, 'srbds').verdict], ['Vulnerable', 're-evaluated']);
    assert.equal(rfc.states?.late.engaged.mcuOptCtrl, '0x1');
  });

  test(`${line}: KVM is left as it is`, async () => {
    const report = await ask({ line, profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc', kvm: true, policy: 'rfc' });
    const [before, late] = [report.states!.before.kvm!, report.states!.late.kvm!];
    assert.deepEqual(late.caps, before.caps);
    assert.equal((Number(late.caps['7.0.edx']) >>> 10) & 1, 0);
  });

  test(`${line}: the machine that is given stays as it was, and looking again twice changes nothing more`, async () => {
    const set = await setUp({ line, ...GAINS_IBPB, kvm: true });
    const { machine } = lateLoad(set.machine, set.load);
    // CPU 0's flags get what selections force only when they are read again, so they lag behind by one look.
    const state = (one: typeof machine): string => {
      const { log: _log, cpuinfo: _cpuinfo, ...rest } = evalReport(one, { line, release: '', evidence: 'exact' });
      return JSON.stringify(rest);
    };
    const held = state(machine);
    const once = reevaluate(machine, policyOf('rfc')).machine;
    assert.equal(state(machine), held);
    assert.notEqual(state(once), held);
    assert.equal(state(reevaluate(once, policyOf('rfc')).machine), state(once));
  });
}

test('TAA appears where TSX_CTRL comes and RTM is off', async () => {
  const report = await ask({
    line: '6.12',
    profile: 'cascadelake-06-55-07-5000021',
    changes: [
      { bit: 'cpuid:7.0.ebx[11]', change: 'clear' },
      { bit: 'cpuid:7.0.ebx[4]', change: 'clear' },
    ],
    blob: [archCap(TSX_CTRL, 'set'), { msr: '0x122', exists: true, value: '0x0' }],
    policy: 'rfc',
  });
  assert.deepEqual([bug('taa', report)?.before, bug('taa', report)?.reported, bug('taa', report)?.afterReboot], [false, true, true]);
});

test('what the vendor code had taken away comes back from CPUID, and no code uses it', async () => {
  // Firmware has locked VMX off; init_intel() clears the bit for this boot only, and the series does not run it again.
  for (const line of ['6.1', '6.12']) {
    const locked = [{ msr: '0x3a', exists: true, value: '0x1' }] as const;
    const report = await ask({ line, profile: 'skylake-06-5e-03-c6', changes: locked, blob: 'skylake-06-5e-03-cc', policy: 'rfc' });
    const vmx = feature(report, 'vmx');
    assert.deepEqual([vmx?.before, vmx?.reported, vmx?.afterReboot, vmx?.verdict], [false, true, false, 'not-engaged'], line);
  }
});

test('an update without effects changes nothing under any policy', async () => {
  for (const line of LINES)
    for (const policy of ['rfc', 'uek4', 'full'] as const) {
      const report = await ask({ line, profile: 'skylake-06-5e-03-cc', blob: [], kvm: true, policy });
      assert.equal(report.load.outcome, 'updated');
      assert.deepEqual([report.features, report.bugs.filter(({ before, reported }) => before !== reported)], [[], []], `${line} ${policy}`);
      for (const { name, before, reported } of report.vulnerabilities) assert.equal(reported, before, `${line} ${policy} ${name}`);
    }
});
