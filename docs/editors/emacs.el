;;; modgo.el --- Modgo in Emacs, with eglot  -*- lexical-binding: t -*-

;; Diagnostics and actions of UDFs written in Go, beside gopls, and M-x modgo-build,
;; M-x modgo-run, M-x modgo-test, M-x modgo-new, M-x modgo-sample, M-x modgo-rule.
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

(defun modgo--show-text (name mode insert)
  "Show a read-only buffer NAME in MODE, filled by INSERT; return its first line."
  (with-current-buffer (get-buffer-create name)
    (let ((inhibit-read-only t))
      (erase-buffer)
      (funcall insert)
      (goto-char (point-min))
      (funcall mode))
    (setq buffer-read-only t)
    (display-buffer (current-buffer))
    (buffer-substring-no-properties (point-min) (line-end-position))))

(defun modgo--run-mode ()
  "The value, the record's change as a diff, and frames that lead to their lines."
  (diff-mode)
  (compilation-minor-mode 1))

(defun modgo--show (answer)
  "Show the ANSWER of a command."
  (let ((problem (plist-get answer :error))
        (findings (plist-get answer :findings))
        (document (plist-get answer :document)))
    (cond
     ;; The server writes it: its numbers are exact.
     ((and document (string-suffix-p ".diff" document))
      (message "Modgo: %s" (modgo--show-text "*modgo run*" #'modgo--run-mode
                                             (lambda () (insert-file-contents document)))))
     ((plist-member answer :passed)
      (message "Modgo: %s failed, %s passed" (plist-get answer :failed) (plist-get answer :passed)))
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
     ((plist-get answer :folder)
      (message "Modgo: made %s" (plist-get answer :folder))
      (find-file (plist-get answer :path)))
     ((plist-get answer :go_mod)
      (message "Modgo: %s requires the SDK" (plist-get answer :go_mod)))
     (t (message "Modgo: done")))))

(defun modgo--execute (command &rest arguments)
  "Run COMMAND of the server on this file, or on the :uri of ARGUMENTS, a plist."
  (let ((server (or (eglot-current-server) (user-error "Modgo is not running for this file"))))
    (when (buffer-modified-p) (save-buffer))
    (jsonrpc-async-request
     server :workspace/executeCommand
     (list :command command :arguments (vector (append (unless (plist-get arguments :uri)
                                                          (list :uri (modgo--uri)))
                                                        arguments)))
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
  (modgo--execute "modgo.call" :function function :document t
                  :args (if (string-blank-p arguments) [] (json-parse-string arguments :object-type 'plist))))

;;;###autoload
(defun modgo-sample (function)
  "Create a sample record for FUNCTION, a UDF's registered name, and open it."
  (interactive "sUDF: ")
  (modgo--execute "modgo.newSample" :function function))

;;;###autoload
(defun modgo-test ()
  "Run the cases of the UDF module of this file."
  (interactive)
  (modgo--execute "modgo.test"))

;;;###autoload
(defun modgo-new (folder)
  "Make a UDF module in FOLDER, which must not exist or be empty, and open its UDF."
  (interactive "FFolder of the new module: ")
  (modgo--execute "modgo.new" :uri
                  (concat "file://" (url-hexify-string (directory-file-name (expand-file-name folder))
                                                       url-path-allowed-chars))))

;;;###autoload
(defun modgo-rule (code)
  "Show the page of the rule CODE, such as MG101."
  (interactive "sRule: ")
  (let* ((server (or (eglot-current-server) (user-error "Modgo is not running for this file")))
         (answer (jsonrpc-request server :workspace/executeCommand
                                  (list :command "modgo.rules" :arguments [])))
         (rule (seq-find (lambda (each) (string= (plist-get each :code) (upcase code)))
                         (plist-get answer :rules))))
    (unless rule (user-error "There is no rule %s" code))
    (modgo--show-text "*modgo rule*" #'text-mode (lambda () (insert (plist-get rule :page))))))

(provide 'modgo)
;;; modgo.el ends here
