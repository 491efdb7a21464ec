import type { Command } from 'commander';

/** A command as the program knows it before its file is loaded: enough for `--help` and for finding it. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ command(): Command }>;
}

/** In the order of `--help`: what people want first comes first. */
export const registry: readonly CommandEntry[] = [
  { name: 'diff', summary: 'the dry run: what a late load would change, and what it would not', load: () => import('./commands/diff.ts') },
  { name: 'eval', summary: 'one cold boot: flags, bugs, vulnerabilities, what is executed', load: () => import('./commands/eval.ts') },
  { name: 'run', summary: 'a timeline of events: load KVM, start guests, late load, reload, reboot', load: () => import('./commands/run.ts') },
  { name: 'plan', summary: 'the ordered cure plan, and what one reboot would do instead', load: () => import('./commands/plan.ts') },
  { name: 'explore', summary: 'the dry run step by step, on a screen that answers to keys', load: () => import('./commands/explore.ts') },
  { name: 'blob', summary: 'real microcode files: list, show, verify, select', load: () => import('./commands/blob.ts') },
  { name: 'capture', summary: 'a profile of this machine', load: () => import('./commands/capture.ts') },
  { name: 'import', summary: 'profiles from the dumps of other tools', load: () => import('./commands/import.ts') },
  { name: 'export', summary: 'a profile in a form that other tools read', load: () => import('./commands/export.ts') },
  { name: 'validate', summary: 'check files against the schemas', load: () => import('./commands/validate.ts') },
  { name: 'list', summary: 'what is built in: profiles, blobs, scenarios, kernels', load: () => import('./commands/list.ts') },
  { name: 'schema', summary: 'print the JSON Schema of a format', load: () => import('./commands/schema.ts') },
];
