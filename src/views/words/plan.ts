import { wordOf } from './word-of.ts';

export type Disruption = 'none' | 'process' | 'guest' | 'host';

export const disruptionWords: Readonly<Record<Disruption, string>> = {
  none: 'none',
  process: 'processes',
  guest: 'guests',
  host: 'the host',
};

/** What a step of a plan does; the target follows. */
export const actionWords: Readonly<Record<string, string>> = {
  preflight: 'check update and early image',
  cordon: 'take the host out of scheduling',
  'check-targets': 'check the hosts that guests move to',
  drain: 'migrate or stop guests',
  'guest-stop': 'stop',
  'guest-migrate': 'migrate',
  'guest-recreate': 'power off and start again',
  'kvm-unload': 'unload',
  'kvm-reload': 'load again',
  'kvm-load': 'load',
  'cpu-online': 'bring online',
  load: 'load the update',
  'microcode-late-load': 'load the update',
  verify: 'check revision, log and taint',
  'refresh-caches': 'refresh capability caches',
  'cache-refresh': 'refresh the capability cache of',
  'process-restart': 'restart',
  'rebuild-initramfs': 'rebuild the initramfs',
  'early-image': 'put the update into the initramfs',
  kexec: 'kexec',
  reboot: 'reboot',
  uncordon: 'give the host back to scheduling',
  none: 'nothing',
};

/** @returns `unload kvm_intel`; the action alone where the target says nothing more. */
export function stepWords(action: string, target: string): string {
  const words = wordOf(actionWords, action);
  return target === '' || target === 'host' || target === action ? words : `${words} ${target}`;
}
