import assert from 'node:assert/strict';
import test from 'node:test';
import { cpuidBits, msrBits, msrNames } from '../../../src/data/bits/index.ts';
import {
  amdFacts,
  effectGaps,
  effectKinds,
  factNotes,
  factSources,
  intelCheckerFacts,
  intelReleaseFacts,
  intelReleases,
  kernelBehaviours,
} from '../../../src/data/effects/index.ts';
import { tables } from '../../../src/data/kernels/7.2/index.ts';

const refs = new Set([...cpuidBits, ...msrBits].map((row) => row.ref));
const intelFacts = [...intelReleaseFacts, ...intelCheckerFacts];
const facts = [...intelFacts, ...amdFacts];

test('every bit that an effect or a gap names stands in the list of bits, every MSR has a name', () => {
  for (const [id, kind] of Object.entries(effectKinds)) {
    for (const change of kind.effects) {
      if ('bit' in change) assert.ok(refs.has(change.bit), `${id}: ${change.bit}`);
      if ('msr' in change) assert.ok(msrNames[change.msr.slice(2)], `${id}: ${change.msr}`);
      if (change.needs) assert.ok(refs.has(change.needs), `${id}: ${change.needs}`);
    }
  }
  for (const gap of effectGaps) for (const ref of [...gap.needs, ...gap.without]) assert.ok(refs.has(ref), `${gap.id}: ${ref}`);
});

test('facts name sources, notes and effects that exist, and all of these are used', () => {
  for (const fact of facts) assert.ok(factSources[fact.source] && effectKinds[fact.effect] && (fact.note === undefined || factNotes[fact.note]));
  const used = <T>(pick: (fact: (typeof facts)[number]) => T): string[] =>
    [...new Set(facts.map(pick))]
      .filter((value) => value !== undefined)
      .map(String)
      .sort();
  assert.deepEqual(
    used((fact) => fact.effect),
    Object.keys(effectKinds).sort(),
  );
  assert.deepEqual(
    used((fact) => fact.source),
    Object.keys(factSources).sort(),
  );
  assert.deepEqual(
    used((fact) => fact.note),
    Object.keys(factNotes).sort(),
  );
});

test('no fact stands twice', () => {
  const keys = facts.map((fact) => JSON.stringify({ ...fact, confidence: undefined, note: undefined }));
  assert.equal(new Set(keys).size, keys.length);
});

test('a statement about a release names a revision that this release, or one before it, published', () => {
  for (const fact of intelReleaseFacts) {
    const date = intelReleases
      .find(([signature, platforms]) => signature === fact.signature && platforms === fact.platforms)?.[2]
      .find(([revision]) => revision === fact.revision)?.[1];
    assert.ok(
      date !== undefined && fact.release !== null && date <= fact.release,
      `${fact.signature.toString(16)} ${fact.revision.toString(16)} ${fact.effect}`,
    );
  }
});

test('in the list of releases each part stands once, and each of its revisions once', () => {
  const parts = intelReleases.map(([signature, platforms]) => `${signature}/${platforms}`);
  assert.equal(new Set(parts).size, parts.length);
  for (const [signature, , revisions] of intelReleases) {
    assert.equal(new Set(revisions.map(([revision]) => revision)).size, revisions.length, signature.toString(16));
    const dates = revisions.map(([, date]) => date);
    assert.deepEqual([...dates].sort(), dates, signature.toString(16));
    assert.ok(dates.every((date) => /^\d{4}-\d\d-\d\d$/.test(date)));
  }
});

test('the kernel tables that give behaviours exist in the newest line', () => {
  for (const { table } of kernelBehaviours) assert.ok((tables.matchTables[table]?.length ?? 0) > 0, table);
});
