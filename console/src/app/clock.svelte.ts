/**
 * The time on the screen, one tick a second. Ages and durations are counted on the server's time,
 * as the last heartbeat told it, so that a wrong clock of this computer does not falsify them.
 */
class Clock {
  /** Epoch ms of this computer. */
  own: number = $state(Date.now());
  /** Server time minus own time, ms; null before the first heartbeat. */
  offset: number | null = $state(null);

  get now(): number {
    return this.own + (this.offset ?? 0);
  }

  tick(): void {
    this.own = Date.now();
  }

  hear(serverTime: number): void {
    this.offset = serverTime - Date.now();
  }
}

export const clock = new Clock();
