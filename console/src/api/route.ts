import type { paths } from '../../generated/schema';

/** The api's paths as `docs/reference/openapi.json` names them, below their root. */
export type Api = {
  [P in keyof paths as P extends `/api/v1${infer Rest}` ? Rest : never]: paths[P];
};
export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
/** The paths that know a method. */
export type PathOf<M extends Method> = {
  [P in keyof Api]: Api[P] extends Record<M, object> ? P : never;
}[keyof Api];

type Operation<P extends keyof Api, M extends Method> = Api[P] extends Record<M, infer O> ? O : never;
type Known<P extends keyof Api, M extends Method> =
  Operation<P, M> extends { parameters: infer Each extends { query?: unknown; path?: unknown } } ? Each : never;
/** What is undefined is left out of a query and of JSON alike. */
type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };
type IsNever<T> = [T] extends [never] ? true : false;

/** What a path may be asked by. */
export type QueryOf<P extends keyof Api, M extends Method> =
  IsNever<NonNullable<Known<P, M>['query']>> extends true
    ? Record<never, never>
    : Loose<NonNullable<Known<P, M>['query']>>;
/** The lists: they go on where a cursor says. */
export type ListPath = {
  [P in PathOf<'get'>]: 'cursor' extends keyof QueryOf<P, 'get'> ? P : never;
}[PathOf<'get'>];

type Queried<P extends keyof Api, M extends Method> =
  object extends QueryOf<P, M>
    ? { readonly query?: QueryOf<P, M> | undefined }
    : { readonly query: QueryOf<P, M> };

/** What stands in the braces of a path. */
export type PlacesOf<P extends keyof Api, M extends Method> = Readonly<NonNullable<Known<P, M>['path']>>;
type Placed<P extends keyof Api, M extends Method> =
  IsNever<NonNullable<Known<P, M>['path']>> extends true
    ? { readonly path?: undefined }
    : { readonly path: PlacesOf<P, M> };

type Content<B> = B extends { content: infer Kinds } ? Written<Kinds[keyof Kinds]> : never;
/** A file goes as it is. */
type Written<T> = string extends T ? string | Blob : Frozen<T>;
/** Nothing is changed by being sent. */
type Frozen<T> = T extends readonly (infer Each)[]
  ? readonly Frozen<Each>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> | (Record<never, never> extends Pick<T, K> ? undefined : never) }
    : T;
type Told<P extends keyof Api, M extends Method> =
  Operation<P, M> extends { requestBody: infer Needed }
    ? { readonly body: Content<Needed> }
    : Operation<P, M> extends { requestBody?: infer Taken }
      ? { readonly body?: Content<NonNullable<Taken>> | undefined }
      : { readonly body?: undefined };

interface Manner {
  readonly signal?: AbortSignal | undefined;
  /** How long an answer may take, ms. */
  readonly patience?: number | undefined;
}

/** All that a request says beside its method and path; what `openapi.json` does not know does not compile. */
export type Asked<P extends keyof Api, M extends Method> = Placed<P, M> & Queried<P, M> & Told<P, M> & Manner;
/** Where nothing has to be said, nothing is. */
export type Said<P extends keyof Api, M extends Method> =
  object extends Asked<P, M> ? [asked?: Asked<P, M>] : [asked: Asked<P, M>];
/** The body that a path takes. */
export type BodyOf<P extends keyof Api, M extends Method> = NonNullable<Told<P, M>['body']>;
