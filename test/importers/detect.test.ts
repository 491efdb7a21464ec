import assert from 'node:assert/strict';
import test from 'node:test';
import { groupFiles } from '../../src/importers/group.ts';
import { detectImporter, importers } from '../../src/importers/index.ts';
import { filesIn, fixtures, textInput } from './inputs.ts';

test('every entry loads the importer of its id', async () => {
  assert.equal(new Set(importers.map(({ id }) => id)).size, importers.length);
  for (const { id, load, title } of importers) {
    const importer = await load();
    assert.equal(importer.id, id);
    assert.ok(title.length > 0 && importer.title.length > 0);
  }
});

test('texts that only speak of dumps are none', async () => {
  const texts = [
    '',
    'CPUID is an instruction.\n',
    '# XML `<cpuid eax_in= ecx_in= .../>` and `<register eax= ecx=>`\n',
    '{ "schema": "cpueval/profile/1", "cpuid": [] }',
    '<html><body>cpu</body></html>',
    'Architecture: x86\n',
    'processor: none\n',
  ];
  for (const text of texts) assert.equal(await detectImporter(textInput(text)), null, text);
});

test('files of a folder are sorted into what belongs together', () => {
  const groups = groupFiles('fixtures', filesIn(fixtures));
  const sizes = new Map(groups.map(({ name, files }) => [name, files.length]));
  assert.equal(sizes.get('tree'), filesIn(`${fixtures}/tree`).length, 'the tree with cpuinfo in it');
  assert.equal(groups.find(({ files }) => files.some(({ name }) => name === 'hwloc/pu10'))?.files.length, 4);
  assert.equal(sizes.get('libvirt.xml'), 1);
  assert.equal(
    groups.reduce((sum, { files }) => sum + files.length, 0),
    filesIn(fixtures).length,
  );
});

test('an archive with one folder of CPUs keeps its own name', () => {
  const files = ['x/pu0', 'x/pu1', 'x/hwloc-cpuid-info'].map((name) => ({ name, bytes: new Uint8Array() }));
  assert.deepEqual(
    groupFiles('Machine.tar.bz2', files).map(({ name, files: inside }) => [name, inside.length]),
    [
      ['Machine.tar.bz2', 2],
      ['x/hwloc-cpuid-info', 1],
    ],
  );
});
