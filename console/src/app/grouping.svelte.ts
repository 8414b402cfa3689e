import { inFloods, switched, UNGROUPED, type FloodView } from '../alarm/flood-view';
import type { Flood } from '../live/message';

/** Whether the list of alarms is in groups: kept while the operator looks at other screens. */
class Grouping {
  private view: FloodView = $state.raw(UNGROUPED);

  readonly byFlood = $derived(this.view.byFlood);
  readonly on = $derived(this.view.chosen || this.view.byFlood);

  /** Tells whether the groups came or went by themselves. */
  hear(floods: readonly Flood[]): boolean {
    const before = this.on;
    this.view = inFloods(this.view, floods);
    return this.on !== before;
  }

  toggle(floods: readonly Flood[]): void {
    this.view = switched(this.view, floods);
  }

  /** Another operator begins anew. */
  reset(): void {
    this.view = UNGROUPED;
  }
}

export const grouping = new Grouping();
