import assert from 'node:assert/strict';
import test from 'node:test';
import { explainChanged, explainDiff, explainRow } from '../../src/views/explain.ts';
import { diffOf } from './fixtures.ts';

const options = { width: 100, colour: false };
const report = diffOf('skylake-gains-md-clear');

test('a row is found by the name of its file, the prefix of the kernel, a bit or a holder; small and large letters alike', () => {
  for (const name of ['mds', 'MDS', 'taa', 'md_clear', 'cpuid:7.0.edx[10]', 'kvm_cpu_caps', 'web-1', 'guest web-1'])
    assert.ok(explainRow(report, name, options)?.includes('├─'), name);
});

test('a name that shares a row with another gives both', () => {
  const both = { ...report, guests: report.guests.map((guest) => ({ ...guest, name: 'mds' })) };
  assert.equal(explainRow(both, 'mds', options)?.split('\n\n').length, 2);
});

test('an unknown name gives the names there are, escaped', () => {
  assert.equal(explainRow(report, 'nonsense', options), null);
  assert.match(explainDiff(report, 'non\u001bsense', options), /^No row is called non\\x1bsense\. There are: .*mds.*\n$/);
});

test('every row with news is explained, and every explained row names a cause', () => {
  const all = explainChanged(report, options);
  const changed = [...report.vulnerabilities, ...report.features].filter(({ verdict }) => verdict !== 'unchanged' && verdict !== 'not-microcode');
  assert.ok(changed.length > 3);
  for (const { name } of changed) assert.match(all, new RegExp(`^${name}\\b`, 'm'));
  assert.equal(all.match(/the update changes/g)?.length, changed.length);
});

test('a refused load explains what would have followed, and says so', () => {
  assert.match(explainDiff(diffOf('refused-not-built'), 'mds', options), /^The load is refused\. Had it been taken:\n\nmds /);
});

test('nothing changed is a sentence, not an empty screen', () => {
  const quiet = { ...report, vulnerabilities: [], features: [], bugs: [], snapshots: [], guests: [] };
  assert.equal(explainDiff(quiet, null, options), 'No row changes.\n');
});
