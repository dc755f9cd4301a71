/** The only file that knows the component library: the custom elements `vscode-*` the templates use are registered here. */
import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";

export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(vsCodeBadge(), vsCodeButton(), vsCodeCheckbox(), vsCodeTextField());
  // The library takes the theme's colours at the window's "load", which has been when the page's script comes after it.
  if (document.readyState === "complete") dispatchEvent(new Event("load"));
}
