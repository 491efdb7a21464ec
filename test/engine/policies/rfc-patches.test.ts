import assert from 'node:assert/strict';
import test from 'node:test';
import { type Asked, ask, feature, found, LINES, row } from './support.ts';

/* The series of 2020 patch by patch: each test takes one patch out, or puts it in alone, and names the row that this changes. */

const ALL = [1, 2, 3, 4, 5, 6, 7];
const without = (patch: number): number[] => ALL.filter((one) => one !== patch);
/** Skylake before the update that brings IBRS, IBPB, STIBP and SSBD. */
const GAINS_SPECULATION_CONTROLS = { profile: 'skylake-06-5e-03-ba', blob: 'skylake-06-5e-03-c6', policy: 'rfc' } as const;
const GAINS_MD_CLEAR = { profile: 'skylake-06-5e-03-c6', blob: 'skylake-06-5e-03-cc', policy: 'rfc' } as const;

for (const line of LINES) {
  test(`${line}: patch 1 alone changes nothing; without it patches 5 and 6 run into freed memory`, async () => {
    const mainline = await ask({ line, ...GAINS_MD_CLEAR, policy: 'mainline' });
    const alone = await ask({ line, ...GAINS_MD_CLEAR, patches: [1] });
    assert.deepEqual(alone.vulnerabilities, mainline.vulnerabilities);
    assert.deepEqual(alone.features, mainline.features);
    const lacking = await ask({ line, ...GAINS_MD_CLEAR, patches: without(1) });
    assert.deepEqual(found(lacking), ['rfc-init-code-freed']);
    assert.equal(row(lacking, 'mds').verdict, 'pessimistic-report');
    assert.equal(row(await ask({ line, ...GAINS_MD_CLEAR }), 'mds').verdict, 're-evaluated');
  });

  test(`${line}: patch 2 keeps options that the selections look for on the command line`, async () => {
    const cmdline = 'nospec_store_bypass_disable';
    const kept = row(await ask({ line, ...GAINS_SPECULATION_CONTROLS, cmdline }), 'spec_store_bypass');
    assert.equal(kept.reported, 'Vulnerable');
    const report = await ask({ line, ...GAINS_SPECULATION_CONTROLS, cmdline, patches: without(2) });
    // Where the options are early parameters they were read at boot, and the patch has nothing to keep.
    const early = line === '7.2';
    assert.deepEqual(found(report), early ? [] : ['rfc-command-line-freed']);
    assert.equal(row(report, 'spec_store_bypass').reported, early ? 'Vulnerable' : 'Mitigation: Speculative Store Bypass disabled via prctl');
    assert.equal(row(report, 'spec_store_bypass').verdict, early ? kept.verdict : 'opt-out-overridden');
  });

  test(`${line}: patch 3 lets the context switch see SSBD`, async () => {
    const all = row(await ask({ line, ...GAINS_SPECULATION_CONTROLS }), 'spec_store_bypass');
    assert.deepEqual(
      [all.reported, all.effective.state, all.verdict],
      ['Mitigation: Speculative Store Bypass disabled via prctl', 'protected', 're-evaluated'],
    );
    const lacking = row(await ask({ line, ...GAINS_SPECULATION_CONTROLS, patches: without(3) }), 'spec_store_bypass');
    assert.equal(lacking.reported, all.reported);
    assert.deepEqual([lacking.effective.state, lacking.effective.why, lacking.verdict], ['exposed', 'not-patched-in', 'not-engaged']);
  });

  test(`${line}: patch 3 lets KVM flush the L1D cache by command`, async () => {
    const why = async (patches: readonly number[]): Promise<string | undefined> => {
      const report = await ask({ line, ...GAINS_SPECULATION_CONTROLS, kvm: true, patches });
      return row(report, 'l1tf').parts.find(({ part }) => part === 'guest')?.why;
    };
    assert.equal(await why(ALL), 'l1d-flush-command');
    assert.equal(await why(without(3)), 'l1d-software-flush');
  });

  test(`${line}: patch 4 stops the siblings where a mitigation that is chosen late asks for it`, async () => {
    // A CPU that was not affected becomes so: the bit that said so goes.
    const asked: Asked = {
      line,
      profile: 'skylake-06-5e-03-cc',
      changes: [
        { bit: 'cpuid:7.0.edx[29]', change: 'set' },
        { bit: 'msr:10a[5]', change: 'set' },
      ],
      blob: [{ bit: 'msr:10a[5]', change: 'clear' }],
      cmdline: 'mds=full,nosmt',
      policy: 'rfc',
    };
    const all = await ask({ ...asked, patches: ALL });
    assert.equal(row(all, 'mds').before, 'Not affected');
    assert.equal(all.states?.before.smt.active, true, 'SMT runs before the load');
    assert.deepEqual(found(all), ['rfc-siblings-stopped']);
    assert.match(row(all, 'mds').reported, /SMT disabled$/);
    assert.equal(all.states?.late.smt.active, false);
    const lacking = await ask({ ...asked, patches: without(4) });
    assert.deepEqual(found(lacking), ['rfc-siblings-stay-online']);
    assert.match(row(lacking, 'mds').reported, /SMT vulnerable$/);
    assert.deepEqual(lacking.states?.late.smt, { control: 'off', active: true });
  });

  test(`${line}: patch 5 reads features and bugs again, patch 6 alone sees none of it`, async () => {
    const five = await ask({ line, ...GAINS_MD_CLEAR, patches: [1, 5] });
    assert.deepEqual([feature(five, 'md_clear')?.reported, feature(five, 'md_clear')?.verdict], [true, 're-evaluated']);
    assert.equal(row(five, 'mds').reported, row(five, 'mds').before);
    const six = await ask({ line, ...GAINS_MD_CLEAR, patches: [1, 6] });
    assert.equal(feature(six, 'md_clear')?.verdict, 'stranded');
    assert.equal(row(six, 'mds').reported, row(six, 'mds').before);
  });

  test(`${line}: patch 6 chooses mitigations again, from what patch 5 has read`, async () => {
    const report = await ask({ line, ...GAINS_MD_CLEAR });
    assert.equal(row(report, 'mds').reported, row(report, 'mds').afterReboot);
    assert.notEqual(row(report, 'mds').reported, row(report, 'mds').before);
    assert.equal(row(await ask({ line, ...GAINS_MD_CLEAR, patches: without(6) }), 'mds').verdict, 'pessimistic-report');
  });

  test(`${line}: patch 6 runs behind a load that failed as well, and behind none that was refused`, async () => {
    const failed = await ask({ line, ...GAINS_MD_CLEAR, cpuRejects: true });
    assert.equal(failed.load.outcome, 'failed');
    assert.deepEqual(found(failed), ['rfc-reprobed-after-failure']);
    assert.equal(row(failed, 'mds').reported, row(failed, 'mds').before);
    const refused = await ask({ line, ...GAINS_MD_CLEAR, profile: 'skylake-06-5e-03-cc' });
    assert.notEqual(refused.load.outcome, 'updated');
    assert.deepEqual(found(refused), []);
  });

  test(`${line}: patch 7 gives the speculation controls back when a bad revision is left`, async () => {
    // Haswell 0x23 is on the list: its CPUID has the bits, and the kernel does without them.
    const asked: Asked = {
      line,
      profile: 'haswell-06-3c-03-25',
      revision: 0x23,
      changes: [26, 27].map((bit) => ({ bit: `cpuid:7.0.edx[${bit}]`, change: 'set' })),
      blob: 'haswell-06-3c-03-28',
      policy: 'rfc',
    };
    const all = await ask({ ...asked, patches: ALL });
    assert.deepEqual(found(all), ['bad-revision-left']);
    assert.deepEqual([feature(all, 'ibpb')?.before, feature(all, 'ibpb')?.reported], [false, true]);
    const lacking = await ask({ ...asked, patches: without(7) });
    assert.deepEqual(found(lacking), []);
    assert.deepEqual([feature(lacking, 'ibpb')?.before, feature(lacking, 'ibpb')?.reported, feature(lacking, 'ibpb')?.afterReboot], [false, false, true]);
  });
}
