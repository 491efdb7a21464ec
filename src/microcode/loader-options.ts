import type { KernelLine } from './loader-traits.ts';
import type { LoaderOptions } from './verdict.ts';

/** The buffer for `microcode=` holds so many characters. */
const OPTION_LENGTH = 63;

/** kstrtobool(); null: neither yes nor no, which leaves a parameter as it was. */
function kernelBool(value: string | undefined): boolean | null {
  if (value === undefined || /^([yYtT1]|[oO][nN])/.test(value)) return true;
  return /^([nNfF0]|[oO][fF])/.test(value) ? false : null;
}

/**
 * Reads what of a kernel's configuration and command line decides which update is taken.
 * @param line kernel line: 6.12 has `microcode.force_minrev`, 7.2 has `microcode=force_minrev`, 6.1 has neither
 * @param cmdline the command line
 * @param builtIn whether the configuration insists on minimum revisions (CONFIG_MICROCODE_LATE_FORCE_MINREV)
 * @source cpu/microcode/core.c module_param(force_minrev), early_parse_cmdline(); amd.c load_ucode_amd_bsp()
 */
export function loaderOptions(line: KernelLine, cmdline: string, builtIn = false): Required<Pick<LoaderOptions, 'forceMinrev' | 'shaCheck'>> {
  const words = cmdline.split(/\s+/);
  const last = (name: string): string | undefined => words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  let switched = builtIn;
  for (const word of words) {
    const [, value] = /^microcode\.force[-_]minrev(?:=(.*))?$/.exec(word) ?? [null, null];
    if (value !== null) switched = kernelBool(value) ?? switched;
  }
  const listed = (last('microcode') ?? '').slice(0, OPTION_LENGTH).split(',').includes('force_minrev');
  return {
    forceMinrev: line === '6.12' ? switched : line === '7.2' && (builtIn || listed),
    shaCheck: !(last('microcode.amd_sha_check') ?? '').startsWith('off'),
  };
}
