import { shellWord } from '../../base/shell.ts';
import type { Disruption, PlanAction } from '../../engine/model/report.ts';
import { own, wordOf } from './word-of.ts';

export const disruptionWords: Readonly<Record<Disruption, string>> = {
  none: 'nothing',
  process: 'processes',
  guest: 'guests',
  host: 'the host',
};

/** What a step of a plan does; the target follows. */
export const actionWords: Readonly<Record<PlanAction, string>> = {
  'cpu-online': 'bring online CPU',
  'image-rebuild': 'put the update into the early image',
  'process-stop': 'stop',
  'guest-migrate': 'migrate away',
  'guest-stop': 'stop',
  'kvm-unload': 'unload',
  'microcode-late-load': 'load the update',
  'kvm-load': 'load',
  'libvirt-refresh': 'restart',
  'guest-start': 'start',
  'guest-return': 'bring back',
  'process-restart': 'restart',
  reboot: 'reboot',
};

/** @returns `unload kvm_intel`; the action alone where the target says nothing more. */
export function stepWords(action: PlanAction, target: string): string {
  const words = wordOf(actionWords, action);
  if (target === '*') return `${words} every program`;
  return target === '' || action === 'microcode-late-load' ? words : `${words} ${target}`;
}

const hints: Readonly<Record<PlanAction, (target: string) => string>> = {
  'cpu-online': (cpu) => `echo 1 > /sys/devices/system/cpu/cpu${cpu}/online`,
  'image-rebuild': () => 'update-initramfs -u',
  'process-stop': (name) => `pkill -x ${shellWord(name)}`,
  'guest-migrate': (name) => `virsh migrate --live ${shellWord(name)} qemu+ssh://OTHER-HOST/system`,
  'guest-stop': (name) => `virsh shutdown ${shellWord(name)}`,
  'kvm-unload': (module) => `modprobe -r ${shellWord(module)}`,
  'microcode-late-load': () => 'echo 1 > /sys/devices/system/cpu/microcode/reload',
  'kvm-load': (module) => `modprobe ${shellWord(module)}`,
  'libvirt-refresh': (daemon) => `systemctl restart ${shellWord(daemon)}`,
  'guest-start': (name) => `virsh start ${shellWord(name)}`,
  'guest-return': (name) => `virsh -c qemu+ssh://OTHER-HOST/system migrate --live ${shellWord(name)} qemu+ssh://THIS-HOST/system`,
  'process-restart': (name) => (name === '*' ? 'needrestart -r a' : `systemctl restart ${shellWord(name)}`),
  reboot: () => 'systemctl reboot',
};

/** @returns a command that a person may use for a step; it is printed and never run. */
export function stepHint(action: PlanAction, target: string): string {
  return own(hints, action)?.(target) ?? '';
}

/** What is left open and is no stale copy. */
export const openWords: Readonly<Record<string, string>> = {
  microcode: 'the update is not in force',
  'early image': 'the early image is older than the update',
};
