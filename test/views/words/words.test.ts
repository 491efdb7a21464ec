import assert from 'node:assert/strict';
import test from 'node:test';
import { VERDICTS } from '../../../src/data/contract/verdicts.ts';
import { CURES } from '../../../src/engine/ledger/holder.ts';
import { assumptionWords } from '../../../src/views/words/assumptions.ts';
import { cureWords, notCuredWords } from '../../../src/views/words/cures.ts';
import { errnoWords, taintWords } from '../../../src/views/words/load-outcomes.ts';
import { loadReasonLift, loadReasonText, loadReasonWords } from '../../../src/views/words/load-reasons.ts';
import { partWords, whyWords } from '../../../src/views/words/protection.ts';
import { blindSpotWords, symptomWords } from '../../../src/views/words/snapshots.ts';
import { verdictWords } from '../../../src/views/words/verdicts.ts';
import { counted, cpuList, fallback, listed, wordOf } from '../../../src/views/words/word-of.ts';
import { codesGivenTo, codesNamed, codesPushedIn } from './engine-codes.ts';

/* The engine speaks in codes, the views have the words: a code without words is a defect of the views. */

/** Codes are small words and dashes; the kernel's own constants are not. */
function isCode(text: string): boolean {
  return /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(text);
}

function assertWords(codes: readonly string[], words: Readonly<Record<string, unknown>>, least: number): void {
  assert.ok(codes.length >= least, `only ${codes.length} codes found: ${codes.join(' ')}`);
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(words, code)),
    [],
    'codes without words',
  );
}

test('reasons of protection', () => {
  assertWords(
    codesNamed('engine/vulnerabilities', /^(?:\w*Why|why|on|not)$/)
      .filter(isCode)
      .concat(codesNamed('engine/diff/vulnerability-rows.ts', /^why$/), codesNamed('engine/diff/drafts.ts', /^why$/)),
    whyWords,
    20,
  );
});

test('means of protection', () => {
  assertWords([...codesNamed('engine/vulnerabilities', /^part$/), ...codesGivenTo('engine/vulnerabilities', /^(?:boot|verw)Part$/)], partWords, 5);
});

test('reasons of the loader', () => {
  const integrity = ['truncated', 'bad-checksum', 'bad-header', 'second-container', 'other-platform', 'other-signature'];
  assertWords([...codesGivenTo('engine/loader', /^(?:blocks|colours|make)$/), ...integrity], loadReasonWords, 15);
});

test('blind spots of the kernel', () => {
  assertWords(codesNamed('engine/diff', /^blindSpot$/), blindSpotWords, 3);
});

test('the ledger: symptoms, cures, and why a cure does not help', (t) => {
  const symptoms = codesNamed('engine/ledger', /^(?:\w+S|s)ymptom$/).filter(isCode);
  if (symptoms.length === 0) return t.skip('the ledger has no holders yet');
  assertWords(symptoms, symptomWords, 3);
  assertWords(CURES, cureWords, 3);
  assertWords(codesGivenTo('engine/ledger', /^because$/), notCuredWords, 5);
});

test('assumptions', () => {
  assertWords([...codesPushedIn('cli/kernel-options.ts', 'assumptions'), ...codesPushedIn('engine/loader/decide-load.ts', 'assumptions')], assumptionWords, 5);
});

test('errors of the write', () => {
  assertWords(['EPERM', 'ENOENT', 'EIO', 'EBUSY', 'EINVAL', 'EBADFD'], errnoWords, 6);
  assertWords(['CPU_OUT_OF_SPEC', 'WARN'], taintWords, 2);
});

test('verdicts stand in the order of the contract', () => {
  assert.deepEqual(Object.keys(verdictWords), [...VERDICTS]);
});

test('every verdict has a short word and a whole sentence', () => {
  for (const verdict of VERDICTS) {
    assert.ok(verdictWords[verdict].word.length <= 18, verdict);
    assert.match(verdictWords[verdict].meaning, /^[A-Z].*\.$/, verdict);
  }
});

test('a clause of protection reads on behind a colon and fits a cell', () => {
  for (const [code, words] of Object.entries(whyWords)) assert.match(words, /^(?:[a-z]|[A-Z]{2})[^.]{6,95}[^.]$/, code);
});

test('reasons read with and without their arguments, and say what lifts them', () => {
  for (const code of Object.keys(loadReasonWords)) {
    assert.match(loadReasonText(code), /^(?:[A-Z]|force_minrev|perf).*[^.]$/s, code);
    assert.ok(!/undefined|NaN|null/.test(loadReasonText(code)), code);
    assert.ok((loadReasonLift(code) ?? '').length > 5, code);
  }
  assert.equal(
    loadReasonText('primary-cpu-offline', { cpus: ['3', '1', '2'] }),
    'The first thread of a core is offline (CPUs 1-3): the core would keep the old revision',
  );
  assert.equal(loadReasonText('minrev', { minRevision: 0xd0, current: 0xc6 }), 'The update wants at least revision 0xd0 to be running (it is 0xc6)');
  assert.equal(loadReasonText('minrev', { minRevision: 0, current: 0xc6 }), 'The update declares no minimum revision');
  assert.equal(loadReasonLift('never-heard-of'), null);
});

test('a code without words is still readable, and no code of an object is taken for one', () => {
  assert.equal(wordOf({}, 'kvm-reload'), 'kvm reload');
  assert.equal(wordOf({}, 'constructor'), 'constructor');
  assert.equal(fallback('a sentence - with a dash'), 'a sentence - with a dash');
});

test('lists and counts', () => {
  assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
  assert.equal(listed(['a']), 'a');
  assert.equal(counted(1, 'row'), '1 row');
  assert.equal(counted(0, 'row'), '0 rows');
  assert.equal(cpuList([0]), 'CPU 0');
  assert.equal(cpuList([7, 0, 1, 2, 2, 5]), 'CPUs 0-2, 5, 7');
});
