import assert from 'node:assert/strict';
import test from 'node:test';
import { builtInNames } from '../../src/cli/built-in.ts';
import { registry } from '../../src/cli/registry.ts';
import { kernelLines } from '../../src/data/kernels/index.ts';
import { schemas } from '../../src/schema/schemas.ts';
import { cpueval, lines } from './run-cli.ts';

test('list --json names everything that is built in, the same bytes each time', () => {
  const { code, out, err } = cpueval(['list', '--json']);
  assert.deepEqual([code, err], [0, '']);
  const result = JSON.parse(out) as Record<string, { name: string; title: string }[]>;
  const names = (section: string): string[] => (result[section] ?? []).map(({ name }) => name);
  assert.deepEqual(Object.keys(result), ['schema', 'profiles', 'blobs', 'scenarios', 'kernels', 'commands']);
  assert.deepEqual(
    names('kernels'),
    kernelLines.map(({ line }) => line),
  );
  assert.deepEqual(
    names('commands'),
    registry.map(({ name }) => name),
  );
  assert.deepEqual(names('profiles'), builtInNames('profile'));
  assert.deepEqual(names('blobs'), builtInNames('blob'));
  assert.equal(cpueval(['list', '--format', 'json']).out, out);
});

test('list prints sections, or the one that is asked for', () => {
  const heads = (text: string): string[] => lines(text).filter((line) => /^[A-Z]/.test(line));
  assert.deepEqual(heads(cpueval(['list']).out), ['PROFILES', 'BLOBS', 'SCENARIOS', 'KERNELS', 'COMMANDS']);
  assert.deepEqual(heads(cpueval(['list', 'kernels']).out), ['KERNELS']);
  assert.match(cpueval(['list', 'kernels']).out, /^ {2}6\.12 {2,}Linux 6\.12\.107$/m);
});

test('schema lists the formats, and prints each as it is published', () => {
  assert.deepEqual(
    lines(cpueval(['schema']).out).map((line) => line.split(' ')[0]),
    Object.keys(schemas),
  );
  for (const [name, schema] of Object.entries(schemas)) assert.deepEqual(JSON.parse(cpueval(['schema', name]).out), schema);
});
