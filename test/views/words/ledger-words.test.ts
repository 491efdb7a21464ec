import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { EVENT_TYPES } from '../../../src/engine/events/event.ts';
import { cureWords, notCuredWords } from '../../../src/views/words/cures.ts';
import { eventHeading } from '../../../src/views/words/ledger-events.ts';
import { asSentence, findingText, findingWords, refName } from '../../../src/views/words/ledger-findings.ts';
import { symptomWords } from '../../../src/views/words/snapshots.ts';

const engine = join(import.meta.dirname, '../../../src/engine');

/** Codes that the sources of some rooms write, by a pattern whose first group is the code. */
function codes(rooms: readonly string[], pattern: RegExp): string[] {
  const texts = rooms.flatMap((room) => readdirSync(join(engine, room)).map((file) => readFileSync(join(engine, room, file), 'utf8')));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1]!)))].sort();
}

test('every finding of an event has a sentence', () => {
  const found = [
    ...codes(['events', 'scenario'], /code: '([a-z0-9-]+)'/g),
    ...codes(['events'], /refused\(machine, '([a-z0-9-]+)'/g),
    ...codes(['kvm'], /refused\('E[A-Z]+', '([a-z0-9-]+)'/g),
  ];
  assert.ok(found.length > 50, `${found.length} codes`);
  assert.deepEqual(
    found.filter((code) => !Object.hasOwn(findingWords, code)),
    [],
  );
  for (const code of Object.keys(findingWords)) {
    const text = findingText({ code, args: {} });
    assert.match(text, /\.$/);
    assert.doesNotMatch(text, /\[object|NaN/, code);
  }
});

test('every symptom, and every reason why a cure does not help, has words', () => {
  const symptoms = codes(['ledger'], /symptom: \(\) => '([a-z-]+)'/g);
  assert.ok(symptoms.length > 10, symptoms.join());
  assert.deepEqual(
    symptoms.filter((code) => !Object.hasOwn(symptomWords, code)),
    [],
  );
  for (const code of ['illegal-instruction', 'feature-gone-and-still-used', 'kept-though-a-boot-drops-it', 'feature-unused'])
    assert.ok(symptomWords[code], code);
  for (const code of ['guests-keep-feature', 'guests-keep-what-a-boot-drops', 'guests-miss-feature']) assert.ok(symptomWords[code], code);
  const reasons = [
    ...codes(['ledger'], /because\(.*?'([a-z-]+)'\)/g),
    ...codes(['ledger'], /return '([a-z]+-[a-z-]+)';/g).filter((code) => !Object.hasOwn(symptomWords, code)),
  ];
  assert.ok(reasons.length > 6, reasons.join());
  assert.deepEqual(
    reasons.filter((code) => !Object.hasOwn(notCuredWords, code)),
    [],
  );
  const cures = codes(['ledger'], /^ {2}'([a-z-]+)',$/gm);
  assert.deepEqual(
    cures.filter((cure) => /reload|restart|refresh|hotplug|recreate/.test(cure) && !Object.hasOwn(cureWords, cure)),
    [],
  );
});

test('every event has a heading', () => {
  for (const type of EVENT_TYPES) assert.notEqual(eventHeading({ type }), '', type);
  assert.equal(eventHeading({ type: 'cpu-online', cpus: [1, 2, 3] }), 'CPUs 1-3 online');
});

test('bits go by the names of /proc/cpuinfo, sentences begin large where a word begins them', () => {
  assert.deepEqual(['cpuid:7.0.edx[10]', 'cleared:cpuid:7.0.ebx[11]', 'feature:clear_cpu_buf', 'choice:mds', 'cpuid:1.0.eax[3]'].map(refName), [
    'md_clear',
    'rtm (cleared)',
    'clear_cpu_buf',
    'mds',
    'cpuid:1.0.eax[3]',
  ]);
  assert.equal(asSentence('the kernel'), 'The kernel.');
  assert.equal(asSentence('web-1 starts'), 'web-1 starts.');
});
