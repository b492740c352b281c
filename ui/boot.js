// Runs before the first paint: language and theme of the last start, then the page itself.
(() => {
  const root = document.documentElement;
  try {
    const language = localStorage.getItem("language");
    const theme = localStorage.getItem("theme");
    if (language === "zh-CN" || language === "en") root.lang = language;
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Without storage the page follows the settings a moment later.
  }
  import("/merchant-console-ui.js").then((page) => page.default());
})();
