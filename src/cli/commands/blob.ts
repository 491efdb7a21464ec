import { Command } from 'commander';
import { action, withOutput } from '../common-options.ts';

/*
 * What runs is loaded when it is asked for: `blob list` shall not wait for the schemas and tables that `blob select` needs.
 */

/** `cpueval blob list`: a line for each update in each file. */
function listCommand(): Command {
  const list = new Command('list')
    .description('List the updates in Intel and AMD microcode files, early-load images and folders of them.')
    .argument('<file...>', 'files and folders, or - for standard input');
  return withOutput(list, ['table', 'json'])
    .addHelpText('after', '\nExamples:\n  cpueval blob list /lib/firmware/intel-ucode\n  cpueval blob list --json microcode_amd_fam19h.bin\n')
    .action(action(async (command, names: readonly string[]) => (await import('../blob/list.ts')).run(command, names)));
}

/** `cpueval blob show`: every field of every update. */
function showCommand(): Command {
  const show = new Command('show')
    .description('Show every field of every update: CPUs, revision, date, minimum revision, checksums, meta area, sha256.')
    .argument('<file...>', 'files and folders, or - for standard input');
  return withOutput(show, ['table', 'json'])
    .addHelpText('after', '\nExamples:\n  cpueval blob show /lib/firmware/intel-ucode/06-55-07\n')
    .action(action(async (command, names: readonly string[]) => (await import('../blob/show.ts')).run(command, names)));
}

/** `cpueval blob verify`: headers, sizes and checksums, and what each kernel line does with what is wrong. */
function verifyCommand(): Command {
  const verify = new Command('verify')
    .description('Check headers, sizes and checksums as the kernel does. Exit code 1: a file is damaged; 2: a file cannot be read.')
    .argument('<file...>', 'files and folders, or - for standard input');
  return withOutput(verify, ['table', 'json'])
    .addHelpText('after', '\nExamples:\n  cpueval blob verify /lib/firmware/intel-ucode\n')
    .action(action(async (command, names: readonly string[]) => (await import('../blob/verify.ts')).run(command, names)));
}

/** `cpueval blob select`: the update the kernel would pick for a CPU, and why no other. */
function selectCommand(): Command {
  const select = new Command('select')
    .description('Say which update a late load would take for a CPU, why every other one is turned down, and which steps lead to the newest.')
    .argument('<file...>', 'files and folders; in a folder names count, as for the kernel')
    .requiredOption('--profile <profile>', 'the CPU: a NAME, a file or -')
    .option('--kernel <kernel>', "a line, a release, or what /proc/version prints; else the profile's, else 6.12")
    .option('--cmdline <options>', "kernel command line, in place of the profile's (force_minrev and amd_sha_check count)")
    .option('--revision <revision>', "the CPU's revision, in place of the profile's")
    .option('--target <revision>', 'plan the steps to this revision and not to the newest')
    .option('--amd-digests <file>', "digests to add to the kernel's list of known AMD patches: patch id and sha256, a line each")
    .option('--all', 'list updates for other CPUs too');
  return withOutput(select, ['table', 'json'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval blob select --profile my-host.json /lib/firmware\n  cpueval blob select --profile my-host.json --kernel 7.2 --cmdline microcode=force_minrev /lib/firmware\n',
    )
    .action(action(async (command, names: readonly string[]) => (await import('../blob/select.ts')).run(command, names)));
}

/** `cpueval blob describe`: a descriptor of what an update is known to change. */
function describeCommand(): Command {
  const describe = new Command('describe')
    .description('Write the descriptor of an update: the effects it is known to have on a CPU, each with source and confidence, and what nobody knows.')
    .argument('<file>', 'a microcode file, a folder, an early-load image, a metadata text, a descriptor, or -')
    .requiredOption('--profile <profile>', 'the CPU: a NAME, a file or -')
    .option('--kernel <kernel>', "a line or a release, whose own revision tables count too; else the profile's, else 6.12")
    .option('--target <revision>', 'describe this revision and not the one that the kernel would pick');
  return withOutput(describe, ['json', 'metadata'])
    .addHelpText(
      'after',
      '\nExamples:\n  cpueval blob describe --profile my-host.json /lib/firmware -o update.json\n  cpueval blob describe --profile my-host.json --format metadata 06-55-07 -o 06-55-07.metadata\n',
    )
    .action(action(async (command, name: string) => (await import('../blob/describe.ts')).run(command, name)));
}

/** `cpueval blob`: real microcode files, listed, shown, checked, chosen from, described. */
export function command(): Command {
  return new Command('blob')
    .description('Real Intel and AMD microcode files: what is in them, whether they are sound, what the kernel would take, what it would change.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(verifyCommand())
    .addCommand(selectCommand())
    .addCommand(describeCommand());
}
