;;; modgo.el --- Modgo in Emacs, with eglot  -*- lexical-binding: t -*-

;; Diagnostics and actions of UDFs written in Go, beside gopls, and M-x modgo-build,
;; M-x modgo-run, M-x modgo-sample.
;; Put it on the load-path as modgo.el and (require 'modgo). It needs go-mode.

;;; Code:

(require 'eglot)
(require 'jsonrpc)

(defvar modgo-server-program
  ;; eglot connects one server to a buffer: rass combines two into one.
  (if (and (executable-find "rass") (executable-find "gopls"))
      '("rass" "--quiet-server" "--" "gopls" "--" "modgo-lsp")
    '("modgo-lsp"))
  "The command that eglot starts for Go.")

(add-to-list 'eglot-server-programs `((go-mode go-ts-mode) . ,modgo-server-program))
(add-hook 'go-mode-hook #'eglot-ensure)
(add-hook 'go-ts-mode-hook #'eglot-ensure)

(defun modgo--uri ()
  "The URI of the file in this buffer."
  (concat "file://" (url-hexify-string (file-truename buffer-file-name) url-path-allowed-chars)))

(defun modgo--show (answer)
  "Show the ANSWER of a command."
  (let ((problem (plist-get answer :error))
        (findings (plist-get answer :findings)))
    (cond
     ((and problem (listp problem)) (message "Modgo: %s" (plist-get problem :message)))
     ((eq (plist-get answer :ok) :json-false)
      (message "Modgo: %s" (if (> (length findings) 0)
                               (plist-get (elt findings 0) :message)
                             "failed, see the diagnostics")))
     ((plist-member answer :created)
      (message "Modgo: %s %s" (if (eq (plist-get answer :created) :json-false) "there is already" "made")
               (plist-get answer :path))
      (find-file (plist-get answer :path)))
     ((plist-get answer :output) (message "Modgo: built %s" (plist-get answer :output)))
     ((plist-member answer :result) (message "Modgo: result %S" (plist-get answer :result)))
     (t (message "Modgo: done")))))

(defun modgo--execute (command &rest arguments)
  "Run COMMAND of the server on this file, with ARGUMENTS, a plist."
  (let ((server (or (eglot-current-server) (user-error "Modgo is not running for this file"))))
    (when (buffer-modified-p) (save-buffer))
    (jsonrpc-async-request
     server :workspace/executeCommand
     (list :command command :arguments (vector (append (list :uri (modgo--uri)) arguments)))
     :timeout 600
     :success-fn #'modgo--show
     :error-fn (lambda (problem) (message "Modgo: %s" (plist-get problem :message)))
     :timeout-fn (lambda () (message "Modgo: %s took longer than ten minutes" command)))))

;;;###autoload
(defun modgo-build ()
  "Build the UDF module of this file."
  (interactive)
  (modgo--execute "modgo.build"))

;;;###autoload
(defun modgo-run (function arguments)
  "Run FUNCTION, a UDF's registered name, on its sample, with ARGUMENTS, a JSON list."
  (interactive "sUDF: \nsArguments, a JSON list: ")
  (modgo--execute "modgo.call" :function function
                  :args (if (string-blank-p arguments) [] (json-parse-string arguments :object-type 'plist))))

;;;###autoload
(defun modgo-sample (function)
  "Create a sample record for FUNCTION, a UDF's registered name, and open it."
  (interactive "sUDF: ")
  (modgo--execute "modgo.newSample" :function function))

(provide 'modgo)
;;; modgo.el ends here
