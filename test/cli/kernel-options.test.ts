import assert from 'node:assert/strict';
import test from 'node:test';
import { type KernelOptions, kernelOf } from '../../src/cli/kernel-options.ts';
import { complaintsOf } from '../../src/cli/say-assumptions.ts';
import type { Profile } from '../../src/data/contract/profile.ts';
import { bootAt, profileNamed } from '../engine/kernel/boot-at.ts';

const PROFILE = profileNamed('cascadelake-06-55-07-5000021');

const chosen = async (options: Partial<KernelOptions>, system: Profile['system'] = {}) => kernelOf({ config: [], ...options }, { ...PROFILE, system });

test('a clause that no kernel has is a problem that names those there are', async () => {
  const { value, problems } = await chosen({ kernel: '6.12' }, { traits: { 'bpf-ibbp': false, 'attack-vectors': true } });
  assert.equal(value, null);
  assert.deepEqual(
    problems.map(({ code, path }) => [code, path]),
    [['unknown-trait', '$.system.traits.bpf-ibbp']],
  );
  assert.match(problems[0]!.expected, /^one of bpf-ibpb, .*\bsrso-ucode-choices\b/);
});

test('a profile switches clauses on and off', async () => {
  const { value } = await chosen({ kernel: '6.12.20' }, { traits: { 'bpf-ibpb': true, 'bhi-vmexit': false } });
  assert.deepEqual([value!.spec.traits.has('bpf-ibpb'), value!.spec.traits.has('bhi-vmexit')], [true, false]);
});

test('options of the configuration: single ones go over a known build, in the words of the line', async () => {
  const { value } = await chosen({ kernel: '6.1.0-49-cloud-amd64', config: ['MITIGATION_RETPOLINE=n'] }, { config: { CONFIG_MICROCODE_LATE_LOADING: 'y' } });
  assert.equal(value!.spec.config.CONFIG_RETPOLINE, 'n');
  assert.equal(value!.spec.config.CONFIG_MICROCODE_LATE_LOADING, 'y');
  assert.deepEqual(value!.idleConfig, []);
});

test('options that decide nothing are told', async () => {
  const { value } = await chosen({ kernel: '6.1', config: ['MITIGATION_RETPOLIN=n', 'MITIGATION_MDS=n', 'SMP=y'] });
  assert.deepEqual(value!.idleConfig.map(({ name, alwaysBuilt, near }) => [name, alwaysBuilt, near[0] ?? null]).slice(0, 2), [
    ['CONFIG_MITIGATION_RETPOLIN', false, 'CONFIG_MITIGATION_RETPOLINE'],
    ['CONFIG_MITIGATION_MDS', true, null],
  ]);
});

test('what the kernel says of bad options is found in its log, and nothing else is', async () => {
  const words =
    'mds=full mitigations=maybe retbleed=perhaps spectre_v2=ibrs spectre_v2_user=x spec_store_bypass_disable=x tsa=x vmscape=x indirect_target_selection=x spec_rstack_overflow=x clearcpuid=nosuch tsx=x';
  for (const kernel of ['6.1', '6.12', '7.2']) {
    const bad = complaintsOf((await bootAt(kernel, PROFILE, words)).log);
    for (const word of ['maybe', 'perhaps', 'tsa=x', 'vmscape=x', '(x)'])
      assert.ok(
        bad.some((one) => one.includes(word)),
        `${kernel}: ${word}`,
      );
    assert.deepEqual(complaintsOf((await bootAt(kernel, PROFILE, 'quiet mds=full,nosmt retbleed=off nosuchoption=1')).log), [], kernel);
  }
});
