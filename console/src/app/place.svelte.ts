import { hashOf, parseRoute, type Route } from '../route/route';

/** Where the operator is, from the address bar. */
class Place {
  route: Route = $state.raw(parseRoute(location.hash));

  constructor() {
    window.addEventListener('hashchange', () => (this.route = parseRoute(location.hash)));
  }

  go(route: Route): void {
    location.hash = hashOf(route);
  }
}

export const place = new Place();
