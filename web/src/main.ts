import { createApp } from 'vue';
import App from './App.vue';
import { router } from './router';
import { language, speak } from './text';
import './style.css';

speak(language.now);
createApp(App).use(router).mount('#app');
