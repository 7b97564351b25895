/// The stable codes of findings about a file's form; what uses the file adds its own about the meaning.
public enum YAMLCode: String, Sendable, CaseIterable {
    /// The file cannot be opened or read.
    case fileUnreadable = "file_unreadable"
    case fileTooLarge = "file_too_large"
    case notUTF8 = "not_utf8"
    /// Nothing but comments.
    case emptyFile = "empty_file"
    case tabIndent = "tab_indent"
    case syntax = "yaml_syntax"
    case tooDeep = "too_deep"
    case tooManyNodes = "too_many_nodes"
    case anchor = "yaml_anchor"
    case tag = "yaml_tag"
    case severalDocuments = "several_documents"
    case duplicateKey = "duplicate_key"
    /// A mapping where a text is wanted, a list where a mapping is, ….
    case wrongShape = "wrong_shape"
    case unknownKey = "unknown_key"
    case missingField = "missing_field"
    case emptyValue = "empty_value"
    case notNumber = "not_a_number"
    case notFinite = "not_finite"
    case notInteger = "not_an_integer"
    case notSpan = "not_a_span"
    case notTime = "not_a_time"
    case outOfRange = "out_of_range"
    /// Not one of a closed set of words.
    case unknownWord = "unknown_word"
    case tooManyItems = "too_many_items"
}
