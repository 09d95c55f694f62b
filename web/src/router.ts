// Addresses live behind `#`: the server only hands out files, and search words of a list never reach its access log.
import { nextTick } from 'vue';
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router';
import { learnSession, session } from './session';
import Accounts from './pages/Accounts.vue';
import Duties from './pages/Duties.vue';
import Forbidden from './pages/Forbidden.vue';
import Home from './pages/Home.vue';
import ImportWizard from './pages/ImportWizard.vue';
import Log from './pages/Log.vue';
import Login from './pages/Login.vue';
import Matrix from './pages/Matrix.vue';
import Me from './pages/Me.vue';
import NotFound from './pages/NotFound.vue';
import Password from './pages/Password.vue';
import RecordForm from './pages/RecordForm.vue';
import RecordList from './pages/RecordList.vue';
import RecordPage from './pages/RecordPage.vue';
import Tree from './pages/Tree.vue';
import Week from './pages/Week.vue';

const routes: RouteRecordRaw[] = [
  { path: '/login', component: Login, meta: { open: true } },
  { path: '/password', component: Password },
  { path: '/', component: Home },
  { path: '/me', component: Me },
  { path: '/duties', component: Duties, meta: { business: true } },
  { path: '/matrix', component: Matrix, meta: { business: true } },
  { path: '/tree', component: Tree, meta: { business: true } },
  { path: '/week/:unit?', component: Week, meta: { business: true } },
  { path: '/accounts', component: Accounts, meta: { admin: ['sys_admin', 'sec_admin'] } },
  { path: '/log', component: Log, meta: { admin: ['audit_admin'] } },
  { path: '/r/:plural', component: RecordList, meta: { business: true } },
  { path: '/r/:plural/new', component: RecordForm, meta: { business: true } },
  { path: '/r/:plural/import', component: ImportWizard, meta: { business: true } },
  { path: '/r/:plural/:id', component: RecordPage, meta: { business: true } },
  { path: '/r/:plural/:id/edit', component: RecordForm, meta: { business: true } },
  { path: '/forbidden', component: Forbidden },
  { path: '/:rest(.*)*', component: NotFound },
];

export const router = createRouter({ history: createWebHashHistory(), routes });

router.beforeEach(async (to) => {
  if (!session.known) {
    try {
      await learnSession();
    } catch {
      return true; // the server is away: the page says so and offers to try again
    }
  }
  if (to.meta.open) return true;
  if (!session.now) return { path: '/login', query: to.fullPath === '/' ? {} : { to: to.fullPath } };
  if (session.now.must_change && to.path !== '/password') return '/password';
  const admin = to.meta.admin as string[] | undefined;
  if (admin && !admin.some((role) => session.now!.admin.includes(role))) return { path: '/forbidden' };
  if (to.meta.business && session.now.admin.length) return { path: '/forbidden' };
  return true;
});

// A new page is read from its heading on; a change of filters leaves the focus where it is.
router.afterEach(async (to, from) => {
  if (to.path === from.path || from.matched.length === 0) return;
  window.scrollTo(0, 0);
  await nextTick();
  if (document.activeElement && document.activeElement !== document.body && document.activeElement.closest('main, dialog')) return;
  const main = document.getElementById('main');
  if (main) main.focus();
});
