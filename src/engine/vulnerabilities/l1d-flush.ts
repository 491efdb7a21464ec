import type { Boot } from '../boot/boot.ts';
import { defineVulnerability } from './_define.ts';
import { earlyParam } from './_early-param.ts';

/*
 * L1D flush on context switch, for tasks that ask for it by prctl. Off unless `l1d_flush=on`, and possible only where the flush
 * command was there at boot: FLUSH_L1D that comes late is stranded. It has no file.
 */

function initial(b: Boot): void {
  b.begin();
  b.choose('l1d_flush', 'L1D_FLUSH_OFF', 'l1d_flush/default');
  earlyParam(b, 'l1d_flush', (value) => {
    // Any other word, `off` too, leaves what stood before.
    if (value === 'on') b.choose('l1d_flush', 'L1D_FLUSH_ON', 'l1d_flush/parameter');
    return true;
  });
}

function select(b: Boot): void {
  if (b.choice('l1d_flush') !== 'L1D_FLUSH_ON' || !b.has('FLUSH_L1D')) return;
  b.share('switch_mm_cond_l1d_flush', true, 'l1d_flush/select/on');
  b.print('L1D Flush : Conditional flush on switch_mm() enabled');
}

export const l1dFlush = defineVulnerability({
  id: 'l1d_flush',
  sysfs: null,
  bug: null,
  title: 'L1D flush on context switch',
  cves: ['CVE-2020-0550'],
  document: 'l1d_flush',
  parameters: ['l1d_flush'],
  initial,
  single: { l1d_flush_select_mitigation: select },
  phased: { l1d_flush_select_mitigation: select },
});
