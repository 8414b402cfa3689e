import { WHOLE, type Narrowing } from '../alarm/narrowing';
import { hashOf, isBoard, parseRoute, type Route } from '../route/route';

/** Where the operator is, from the address bar. */
class Place {
  route: Route = $state.raw(parseRoute(location.hash));
  /** What the list of alarms was narrowed to when it was last on the screen. */
  private left: Narrowing = $state.raw(WHOLE);

  constructor() {
    this.note();
    window.addEventListener('hashchange', () => {
      // What `go` did already is told by the browser a moment later.
      this.take(parseRoute(location.hash));
    });
  }

  /** At once, not when the browser tells of it: the next key is meant for the screen that was asked for. */
  go(route: Route): void {
    location.hash = hashOf(route);
    this.take(parseRoute(location.hash));
  }

  /** The same screen, told more closely: the way back leads to the screen before. */
  tell(route: Route): void {
    this.route = route;
    this.note();
    history.replaceState(history.state, '', hashOf(route));
  }

  /** Of the list that is on the screen. */
  get narrowing(): Narrowing {
    return (this.route.screen === 'alarms' && this.route.narrowing) || WHOLE;
  }

  /** Where the list of alarms is: from another screen as it was left, from the list itself the whole of it. */
  get toAlarms(): Route {
    const within = this.route.screen === 'alarms' && !isBoard(this.route.view);
    return { screen: 'alarms', view: 'current', narrowing: within ? WHOLE : this.left };
  }

  /** Another operator begins with the whole list. */
  forget(): void {
    this.left = WHOLE;
    const { route } = this;
    if (route.screen === 'alarms' && route.narrowing) this.tell({ screen: 'alarms', view: route.view });
  }

  /** Where one is already nothing begins anew: a screen keeps what it was told. */
  private take(route: Route): void {
    if (hashOf(route) === hashOf(this.route)) return;
    this.route = route;
    this.note();
  }

  private note(): void {
    if (this.route.screen === 'alarms' && !isBoard(this.route.view)) this.left = this.narrowing;
  }
}

export const place = new Place();
