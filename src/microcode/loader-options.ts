import type { KernelLine } from './loader-traits.ts';
import type { LoaderOptions } from './verdict.ts';

/**
 * Reads the options of a kernel command line that decide which update is taken.
 * @param line kernel line: 6.12 has `microcode.force_minrev`, 7.2 has `microcode=force_minrev`, 6.1 has neither
 * @param cmdline the command line
 * @source cpu/microcode/core.c module_param(force_minrev), early_parse_cmdline(); amd.c load_ucode_amd_bsp()
 */
export function loaderOptions(line: KernelLine, cmdline: string): Required<Pick<LoaderOptions, 'forceMinrev' | 'shaCheck'>> {
  const words = cmdline.split(/\s+/);
  const parameter = words.filter((word) => /^microcode\.force_minrev(?:=|$)/.test(word)).at(-1);
  const option = words.filter((word) => word.startsWith('microcode=')).at(-1);
  const listed = option?.slice('microcode='.length).split(',').includes('force_minrev') === true;
  const switched = parameter !== undefined && /^microcode\.force_minrev(?:$|=[yYtT1]|=[oO][nN])/.test(parameter);
  return {
    forceMinrev: line === '6.12' ? switched : line === '7.2' && listed,
    shaCheck: !words.some((word) => word.startsWith('microcode.amd_sha_check=off')),
  };
}
