declare module 'virtual:catalogue' {
  const catalogue: { keys: string[]; zh: string[]; en: string[] };
  export default catalogue;
}
declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent<object, object, unknown>;
  export default component;
}
