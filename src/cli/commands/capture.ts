import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { escapeControl } from '../../base/escape.ts';
import { inFile } from '../../base/problem.ts';
import { captureMachine } from '../capture-machine.ts';
import { action, deliver, jsonText, optionsOf, refuse, usageError, withOutput } from '../common-options.ts';
import type { ExitCode } from '../exit.ts';
import { sayNotes } from '../say-notes.ts';

interface Options {
  readonly root: string;
  readonly anonymous?: boolean;
}

async function run(command: Command): Promise<ExitCode> {
  const options = optionsOf<Options>(command);
  if (options.root.includes('\0') || !statSync(options.root, { throwIfNoEntry: false })?.isDirectory())
    return usageError(`--root takes a folder, not ${escapeControl(options.root)}`);
  const { profile, problems, notes } = await captureMachine({ root: resolve(options.root), anonymous: options.anonymous ?? false });
  if (!options.quiet) sayNotes(notes);
  return profile === null ? refuse(inFile(options.root, problems)) : deliver(jsonText(profile), options);
}

/** `cpueval capture`: a profile of the machine it runs on. */
export function command(): Command {
  const capture = new Command('capture')
    .description('Make a profile of this machine, or of one whose files were copied: CPUID, MSRs, microcode, topology, kernel, guests. Nothing is changed.')
    .option('--root <folder>', 'the machine whose files are below this folder: a sosreport, or a host mounted into a container', '/')
    .option('--anonymous', 'leave out APIC ids, the host name and the names of guests, too; serial numbers and MAC addresses are never captured')
    .option('--json', 'the result is JSON with or without it');
  return withOutput(capture, ['json'])
    .addHelpText(
      'after',
      '\nAs root, with the modules cpuid and msr loaded, everything is read; without,\nwhat can be, and the rest is named on standard error.\n\nExamples:\n  sudo cpueval capture -o host.json\n  cpueval capture --root /host --anonymous\n  cpueval capture --root sosreport-web1/ -o web1.json\n  cpueval eval --profile live\n',
    )
    .action(action(run));
}
