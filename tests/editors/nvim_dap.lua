-- Debugs a UDF in headless Neovim by nvim-dap, with the configuration of docs/editors/neovim.md: a breakpoint, variables and
-- the record, a step, and the result in the REPL. Writes what it found to $RESULT as JSON.
local dap = require('dap')
local result = {}

local function finish()
  vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RESULT)
  vim.cmd('qall!')
end

local function wait(what, condition)
  if not vim.wait(180 * 1000, condition, 50) then
    result.problem = 'timed out: ' .. what
    finish()
  end
end

-- The configuration asks for the name and the arguments, in any order.
vim.fn.input = function(prompt)
  return prompt:find('name') and 'add' or '["hits", 5, 100]'
end

local line = vim.fn.search('count += n', 'w')
vim.api.nvim_win_set_cursor(0, { line, 0 })
dap.toggle_breakpoint()

local stops = {}
dap.listeners.after.event_stopped.test = function(_, body)
  table.insert(stops, body.reason)
end
local ended = false
dap.listeners.after.event_terminated.test = function()
  ended = true
end

local function stopped(count)
  wait('stop ' .. count, function()
    local session = dap.session()
    return #stops >= count and session and session.current_frame and session.current_frame.scopes
  end)
  return dap.session().current_frame
end

local function variables(frame)
  local found = {}
  for _, scope in ipairs(frame.scopes) do
    local answer
    dap.session():request('variables', { variablesReference = scope.variablesReference }, function(_, response)
      answer = response or {}
    end)
    wait('the variables of ' .. scope.name, function()
      return answer
    end)
    for _, each in ipairs(answer.variables or {}) do
      found[scope.name .. ' ' .. each.name] = each.value
    end
  end
  return found
end

dap.run(dap.configurations.go[1])
local frame = stopped(1)
result.line = frame.line - line
result.variables = variables(frame)
dap.step_over()
result.next = stopped(2).line - line
dap.continue()
wait('the end', function()
  return ended and not dap.session()
end)
dap.repl.open()
wait('the result', function()
  local buffer = vim.fn.bufnr('dap-repl')
  result.repl = buffer ~= -1 and table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') or ''
  return result.repl:find('update')
end)
finish()
