import assert from 'node:assert/strict';
import test from 'node:test';
import { inhibitors } from '../../../src/engine/inhibitors/registry.ts';
import { POLICY_IDS, policyAssumptions, policyOf } from '../../../src/engine/policies/policy.ts';
import { assumptionWords } from '../../../src/views/words/assumptions.ts';
import { consequenceWords, inhibitorReason, releaseWords } from '../../../src/views/words/inhibitors.ts';
import { loadReasonLift, loadReasonWords } from '../../../src/views/words/load-reasons.ts';
import { policyFinding, policyFindingWords } from '../../../src/views/words/policies.ts';
import { codesNamed } from './engine-codes.ts';

test('every inhibitor has words for its reason, for what frees it and for what follows', () => {
  for (const { id, release, consequences, enforcedBy } of inhibitors) {
    assert.ok(Object.hasOwn(loadReasonWords, id), id);
    assert.ok(enforcedBy === 'kernel' ? (loadReasonLift(release) ?? '').length > 5 : Object.hasOwn(releaseWords, release), `${id}: ${release}`);
    for (const consequence of consequences) assert.ok(Object.hasOwn(consequenceWords, consequence), consequence);
  }
  for (const reason of codesNamed('engine/inhibitors', /^reason$/)) assert.ok(Object.hasOwn(loadReasonWords, reason), reason);
});

test('every finding of a policy has words, with and without arguments', () => {
  const codes = codesNamed('engine/policies', /^code$/);
  assert.ok(codes.length > 8, codes.join(' '));
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(policyFindingWords, code)),
    [],
  );
  for (const code of codes) {
    const text = policyFinding({ code, args: {} });
    assert.match(text, /^[A-Z].*[^.]$/, code);
    assert.ok(!/NaN|null|undefined/.test(text), code);
  }
  assert.equal(policyFinding({ code: 'never-heard-of', args: {} }), 'never heard of');
});

test('what UEK4 did has words in every area', () => {
  const args = { area: 'mds', did: 'judged-again' };
  assert.equal(policyFinding({ code: 'uek4-rule', args }), 'MDS: judged again by MD_CLEAR');
});

test('every policy but mainline has words for what it is', () => {
  for (const id of POLICY_IDS) for (const code of policyAssumptions(policyOf(id))) assert.ok(Object.hasOwn(assumptionWords, code), code);
});

test('a reason names whom it is about', () => {
  assert.match(inhibitorReason({ reason: 'running-guests', args: { guest: 'web-1' } }), /\(web-1\)$/);
  assert.match(inhibitorReason({ reason: 'lost-feature', args: { features: ['hle', 'rtm'] } }), /\(hle and rtm\)$/);
  assert.equal(inhibitorReason({ reason: 'A sentence that was read back.', args: {} }), 'A sentence that was read back.');
});
