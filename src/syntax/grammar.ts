import { type CstNode, CstParser, type IRecognitionException, type IToken, tokenMatcher } from 'chevrotain';
import { phrases } from './phrases.ts';
import * as T from './tokens.ts';

/**
 * The grammar of the language. The rules named `stray…` are error productions: they collect tokens that cannot be at their
 * place, so that the entries after them are read; src/syntax/mistakes.ts says what is wrong with them. They are greedy, and
 * so need only one token of lookahead: computing more would take most of the time that the parser needs to be made.
 *
 * A text without mistakes is read by the same rules without this parser (read-tree.ts).
 */
export class FlowParser extends CstParser {
  constructor({ recoveryEnabled = true, skipValidations = true } = {}) {
    super(T.PARSED, {
      recoveryEnabled,
      maxLookahead: 2,
      errorMessageProvider: phrases,
      skipValidations,
    });
    // Chevrotain chooses one that knows no categories (BrokenValue has one) if the types are used for the first time.
    Object.assign(this, { tokenMatcher });
    this.performSelfAnalysis();
  }

  /** The tree of a file, and the mistakes in it. The parser keeps neither. */
  read(tokens: readonly IToken[]): {
    readonly tree: CstNode;
    readonly errors: readonly IRecognitionException[];
  } {
    // Types have their numbers since the first parser was made, tokens may be older.
    for (const token of tokens) token.tokenTypeIdx = token.tokenType.tokenTypeIdx ?? token.tokenTypeIdx;
    this.input = tokens as IToken[];
    const tree = this.file();
    const { errors } = this;
    this.input = [];
    return { tree, errors };
  }

  readonly file = this.RULE('file', () => {
    this.OPTION(() => this.SUBRULE(this.header));
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.workflow) },
        { ALT: () => this.SUBRULE(this.param) },
        { ALT: () => this.SUBRULE(this.let) },
        { ALT: () => this.SUBRULE(this.include) },
        { ALT: () => this.SUBRULE(this.site) },
        { ALT: () => this.SUBRULE(this.clause) },
        { ALT: () => this.SUBRULE(this.strayTop) },
      ]),
    );
  });

  private readonly header = this.RULE('header', () => {
    this.CONSUME(T.CrflowKeyword);
    this.CONSUME(T.NumberLike);
  });

  private readonly workflow = this.RULE('workflow', () => {
    this.CONSUME(T.WorkflowKeyword);
    this.CONSUME(T.Word);
    this.SUBRULE(this.body);
  });

  private readonly param = this.RULE('param', () => {
    this.CONSUME(T.ParamKeyword);
    this.CONSUME(T.DeclaredName);
    this.OPTION(() => {
      this.CONSUME(T.TypeColon);
      this.CONSUME(T.TypeName);
    });
    this.OPTION1(() => {
      this.CONSUME(T.Equals);
      this.SUBRULE(this.value);
    });
  });

  private readonly let = this.RULE('let', () => {
    this.CONSUME(T.LetKeyword);
    this.CONSUME(T.DeclaredName);
    this.CONSUME(T.Equals);
    this.SUBRULE(this.value);
  });

  private readonly include = this.RULE('include', () => {
    this.CONSUME(T.IncludeKeyword);
    this.CONSUME(T.QuotedString);
  });

  private readonly site = this.RULE('site', () => {
    this.CONSUME(T.SiteKeyword);
    this.CONSUME(T.QuotedString);
  });

  private readonly clause = this.RULE('clause', () => {
    this.CONSUME(T.ClauseVerb);
    this.CONSUME(T.QuotedString);
    this.MANY(() => {
      this.CONSUME(T.ClauseWord);
      this.OPTION(() => this.CONSUME1(T.QuotedString));
    });
  });

  private readonly body = this.RULE('body', () => {
    this.CONSUME(T.LeftBrace);
    this.MANY(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.entry) }, { ALT: () => this.SUBRULE(this.stray) }]),
    );
    this.CONSUME(T.RightBrace);
  });

  private readonly entry = this.RULE('entry', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.clause) },
      { ALT: () => this.SUBRULE(this.let) },
      { ALT: () => this.SUBRULE(this.param) },
      { ALT: () => this.SUBRULE(this.include) },
      { ALT: () => this.SUBRULE(this.site) },
      {
        ALT: () => {
          this.CONSUME(T.Key);
          this.OR1([
            {
              ALT: () => {
                this.CONSUME(T.Equals);
                this.SUBRULE(this.value);
              },
            },
            { ALT: () => this.SUBRULE(this.body) },
          ]);
        },
      },
    ]);
  });

  private readonly value = this.RULE('value', () => {
    this.OR([
      { ALT: () => this.CONSUME(T.QuotedString) },
      { ALT: () => this.CONSUME(T.BlockString) },
      { ALT: () => this.SUBRULE(this.calculation) },
      { ALT: () => this.SUBRULE(this.list) },
    ]);
  });

  private readonly calculation = this.RULE('calculation', () => {
    this.SUBRULE(this.product);
    this.MANY(() => {
      this.CONSUME(T.AddOperator);
      this.SUBRULE1(this.product);
    });
  });

  private readonly product = this.RULE('product', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(T.MultiplyOperator);
      this.SUBRULE1(this.operand);
    });
  });

  private readonly operand = this.RULE('operand', () => {
    this.OR([
      { ALT: () => this.CONSUME(T.NumberLike) },
      { ALT: () => this.CONSUME(T.Word) },
      {
        ALT: () => {
          this.CONSUME(T.LeftParenthesis);
          this.SUBRULE(this.calculation);
          this.CONSUME(T.RightParenthesis);
        },
      },
    ]);
  });

  private readonly list = this.RULE('list', () => {
    this.CONSUME(T.LeftBracket);
    this.OPTION(() => {
      this.SUBRULE(this.value);
      this.MANY(() => {
        this.CONSUME(T.Comma);
        this.SUBRULE1(this.value);
      });
      this.OPTION1(() => this.CONSUME1(T.Comma));
    });
    this.CONSUME(T.RightBracket);
  });

  private readonly stray = this.RULE('stray', () => {
    this.AT_LEAST_ONE({
      MAX_LOOKAHEAD: 1,
      DEF: () => this.OR(T.LOOSE.map((type) => ({ ALT: () => this.CONSUME(type) }))),
    });
  });

  private readonly strayTop = this.RULE('strayTop', () => {
    this.AT_LEAST_ONE({
      MAX_LOOKAHEAD: 1,
      DEF: () => this.OR(T.LOOSE_TOP.map((type) => ({ ALT: () => this.CONSUME(type) }))),
    });
  });
}
